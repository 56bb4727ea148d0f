import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HOST_HEADERS } from '../../build/headers.ts';
import { endTokens } from '../../src/core/formats/checkpoint/end-tokens.ts';
import { parseConfig } from '../../src/core/formats/config.ts';
import { manifestSchema } from '../../src/core/formats/manifest.ts';
import { MLC_DTYPES, type MlcDtype } from '../../src/core/formats/mlc/format.ts';
import { EMBEDDED_MODEL_ID } from '../../src/core/engine/embedded.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { buildPage } from '../../tests/harness/engine-page.ts';
import { openExportedFolder } from '../../trainer/export/folder.ts';
import { exportMlcFolder } from '../../trainer/export/mlc.ts';
import { sideFiles } from '../../trainer/files/open.ts';
import { ownFolder } from '../../trainer/files/output.ts';
import { divideTime, planSchema, type Kind, type Plan } from './plan.ts';
import { promptOf, trainingDialogues } from './prompts.ts';

const HERE = import.meta.dirname;

/** What to measure. */
export interface Wanted {
  /** A folder that the lab exported to ONNX. */
  model: string;
  /** Lengths of prompts, in tokens. */
  prompts: readonly number[];
  rounds: number;
  newTokens: number;
  seconds: number;
  kinds: readonly Kind[];
  /** The library for WebLLM, and the model in MLC format if it is not to be made from `model`. */
  webllm?: { lib: string; model?: string | undefined } | undefined;
}

/** Fills `folder` with the page, the model and everything else that a driver needs; returns its plan. */
export async function stage(folder: string, wanted: Wanted, print: (line: string) => void): Promise<Plan> {
  const page = join(folder, 'page');
  await rm(folder, { recursive: true, force: true });
  await mkdir(page, { recursive: true });
  await buildPage(join(HERE, 'page'), page);
  const plan = await planOf(wanted);
  // Where the page expects the model that comes with the lab.
  await stageModel(wanted.model, join(page, 'models', EMBEDDED_MODEL_ID));
  if (wanted.webllm) await stageMlc(wanted.model, wanted.webllm, join(page, 'mlc'), print);
  await writeFile(join(page, 'plan.json'), JSON.stringify(plan));
  await writeFile(join(folder, 'headers.json'), JSON.stringify(HOST_HEADERS, undefined, 2));
  await copyFile(join(HERE, 'flags.json'), join(folder, 'flags.json'));
  await cp(join(HERE, 'driver'), join(folder, 'driver'), {
    recursive: true,
    filter: (source) => !/__pycache__|\.test\.ts$/.test(source),
  });
  for (const name of ['run.sh', 'chromium.sh']) await copyFile(join(HERE, 'driver', name), join(folder, name));
  return plan;
}

async function planOf({ model, prompts, rounds, newTokens, seconds, kinds }: Wanted): Promise<Plan> {
  const tokenizer = chatTokenizerOf(await sideFiles(model), basename(model));
  const { layers, contextLength } = parseConfig(
    JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as Record<string, unknown>,
  );
  const longest = Math.max(...prompts) + newTokens;
  if (longest > contextLength)
    throw new Error(`A prompt and its reply take ${longest} tokens; the model's window has ${contextLength}.`);
  const dialogues = trainingDialogues(8);
  return planSchema.parse({
    version: 1,
    model: basename(model),
    seconds,
    newTokens,
    prompts: prompts.map((tokens) => promptOf(tokenizer, tokens, rounds)),
    training: { dialogues, maxTokens: 128, layers: [layers - 2, layers - 1], updates: 64 },
    measurements: divideTime(kinds, seconds),
  } satisfies Plan);
}

type Json = Record<string, unknown>;

/** Copies a model so that its replies never end by themselves: each has as many tokens as were asked for. */
async function stageModel(from: string, to: string): Promise<void> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(from, 'manifest.json'), 'utf8')));
  const end = await unsaidToken(from);
  const changes: Record<string, (json: Json) => Json> = {
    'config.json': (json) => ({ ...json, eos_token_id: end }),
    'generation_config.json': (json) => ({ ...json, eos_token_id: end }),
    'tokenizer_config.json': (json) => ({ ...json, chat_template: withoutEnd(json['chat_template']) }),
  };
  for (const file of manifest.files) {
    const target = join(to, file.path);
    await mkdir(join(target, '..'), { recursive: true });
    const change = changes[file.path];
    if (!change) {
      await copyFile(join(from, file.path), target);
      continue;
    }
    const text = JSON.stringify(change(JSON.parse(await readFile(join(from, file.path), 'utf8')) as Json));
    await writeFile(target, text);
    file.bytes = Buffer.byteLength(text);
    file.sha256 = createHash('sha256').update(text).digest('hex');
  }
  await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest));
}

/**
 * A chat template that renders the same prompts. The lab also ends replies at the token with which the template ends
 * the reply of a short probe (`endOfTurn`), so a probe's reply ends without one.
 */
function withoutEnd(template: unknown): unknown {
  if (typeof template !== 'string') return template;
  const probe = "messages[-1]['role'] == 'assistant' and messages[0]['content'] | length == 1";
  return `{% if ${probe} %}{{ messages[-1]['content'] }}{% else %}${template}{% endif %}`;
}

/** The last control token that ends no reply; models have some that they never learnt to say. */
async function unsaidToken(model: string): Promise<number> {
  const { all } = endTokens(await sideFiles(model));
  const tokenizer = JSON.parse(await readFile(join(model, 'tokenizer.json'), 'utf8')) as {
    added_tokens?: { id: number }[];
  };
  const unsaid = (tokenizer.added_tokens ?? []).map(({ id }) => id).filter((id) => !all.includes(id));
  if (unsaid.length === 0) throw new Error(`${model} has no control token but those that end a reply.`);
  return Math.max(...unsaid);
}

async function stageMlc(
  model: string,
  webllm: NonNullable<Wanted['webllm']>,
  to: string,
  print: (line: string) => void,
): Promise<void> {
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'model.wasm'), await readLibrary(webllm.lib));
  const weights = join(to, 'resolve/main');
  if (webllm.model) return cp(webllm.model, weights, { recursive: true });
  const { checkpoint, close } = await openExportedFolder(model);
  try {
    await exportMlcFolder(checkpoint, ownFolder(weights), {
      dtype: dtypeOf(webllm.lib),
      check: false,
      print,
      onProgress: () => undefined,
    });
  } finally {
    await close();
  }
}

async function readLibrary(lib: string): Promise<Uint8Array> {
  if (!/^https?:/.test(lib)) return readFile(lib);
  const response = await fetch(lib);
  if (!response.ok) throw new Error(`${lib} answers ${response.status}: check --webllm-lib.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The weights that a library expects, from its name. */
function dtypeOf(lib: string): MlcDtype {
  const found = MLC_DTYPES.find((dtype) => basename(lib).includes(dtype));
  if (found) return found;
  throw new Error(
    `The name of ${lib} has none of ${MLC_DTYPES.join(', ')}: give the weights that it was compiled for with ` +
      '--webllm-model.',
  );
}
