import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { formatMegabytes } from '../../src/core/units.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { EMBEDDED_FOLDER } from '../../src/node/model-choice.ts';
import { exportTalkingModel } from '../../tests/harness/talking-model.ts';
import { drive } from './drive.ts';
import { pack } from './pack.ts';
import { KINDS, LIMIT_SECONDS, type Kind } from './plan.ts';
import { stage } from './stage.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, '.cache/bench-gpu');

/** `npm run bench -- gpu`: the lab and its peers on a graphics card, here or packed for another machine. */
export const gpuCommand = defineCommand({
  summary:
    'The lab on WebGPU vs. transformers.js, wllama and WebLLM on the same weights: loading, replies, training, and ' +
    'what a token costs. `pack FOLDER` packs it for a machine without network and Node, `counts` counts the calls of ' +
    'a token and times the self-test.',
  options: {
    do: { kind: 'text', many: true, value: 'WHAT', otherwise: 'measure here', about: '`pack FOLDER`, or `counts`.' },
    model: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'the embedded model',
      about: 'A model folder that export wrote (onnx).',
    },
    tiny: {
      kind: 'flag',
      about: 'A made-up model of two layers and prompts of 48 and 96 tokens, which SwiftShader can run.',
    },
    prompt: {
      kind: 'text',
      many: true,
      value: 'TOKENS',
      otherwise: '128, 513 and 1900',
      about: 'A length of prompts.',
    },
    'new-tokens': { kind: 'count', value: 'N', otherwise: '128', about: 'Tokens of each reply.' },
    rounds: { kind: 'count', value: 'N', otherwise: '3', about: 'Replies to each length, while there is time.' },
    only: {
      kind: 'text',
      many: true,
      value: 'KIND',
      otherwise: 'all',
      about: `What to measure: ${KINDS.join(', ')}.`,
    },
    seconds: {
      kind: 'count',
      value: 'N',
      otherwise: String(LIMIT_SECONDS),
      about: `The whole run ends within this time, at most ${LIMIT_SECONDS}.`,
    },
    'webllm-lib': { kind: 'text', value: 'URL', about: "A library for WebLLM (.wasm) that fits the model's shape." },
    'webllm-model': {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'made from the model',
      about: 'The model in MLC format, as export writes it.',
    },
    chromium: {
      kind: 'text',
      value: 'FILE',
      about: 'With `pack`: the archive of bench/gpu/chromium-root.sh, for a machine without Chromium.',
    },
    software: { kind: 'flag', about: 'Do not look for a card: use SwiftShader.' },
  },
  operand: 'do',
  examples: ['', '--tiny --software', 'pack .cache/gpu-pack', 'counts'],
  async run(values, print) {
    const [what, target, ...rest] = values.do;
    if (what === 'counts' && target === undefined) return (await import('./counts.ts')).printGpuCounts();
    if (rest.length > 0 || (what !== undefined && (what !== 'pack' || target === undefined)))
      throw new LabError({
        code: 'bad-config',
        what: `"${values.do.join(' ')}" is not \`pack FOLDER\` or \`counts\`.`,
        todo: 'See --help.',
      });
    const temporary = await mkdtemp(join(tmpdir(), 'bench-gpu-'));
    try {
      const folder = target === undefined ? join(CACHE, 'staged') : join(temporary, 'staged');
      const plan = await stage(folder, await wantedOf(values, temporary), print);
      if (target === undefined) {
        const out = join(CACHE, 'results.jsonl');
        await drive({ folder, plan, out, software: values.software, print });
        return;
      }
      const { archive, parts } = await pack(folder, target, values.chromium ? [values.chromium] : []);
      print(`${parts.length} parts, ${formatMegabytes(archive.bytes)}, in ${target}`);
      print('There: python3 join.py, in the folder of the parts, then gpu-bench/run.sh');
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  },
});

interface Values {
  model: string | undefined;
  tiny: boolean;
  prompt: string[];
  'new-tokens': number | undefined;
  rounds: number | undefined;
  only: string[];
  seconds: number | undefined;
  'webllm-lib': string | undefined;
  'webllm-model': string | undefined;
}

async function wantedOf(values: Values, temporary: string) {
  const { tiny } = values;
  const lib = values['webllm-lib'];
  const kinds = (values.only.length > 0 ? values.only : KINDS.filter((kind) => kind !== 'webllm' || lib)).map(kindOf);
  if (kinds.includes('webllm') && !lib)
    throw new LabError({ code: 'bad-config', what: 'WebLLM needs a library.', todo: 'Give --webllm-lib.' });
  const model = values.model ?? (tiny ? await exportTalkingModel(temporary, 'onnx', 'q4') : EMBEDDED_FOLDER);
  return {
    model,
    prompts: values.prompt.length > 0 ? values.prompt.map(lengthOf) : tiny ? [48, 96] : [128, 513, 1900],
    rounds: values.rounds ?? (tiny ? 2 : 3),
    newTokens: values['new-tokens'] ?? (tiny ? 4 : 128),
    seconds: values.seconds ?? LIMIT_SECONDS,
    kinds,
    webllm: lib ? { lib, model: values['webllm-model'] } : undefined,
  };
}

function kindOf(text: string): Kind {
  const found = KINDS.find((kind) => kind === text);
  if (found) return found;
  throw new LabError({
    code: 'bad-config',
    what: `"${text}" is none of ${KINDS.join(', ')}.`,
    todo: 'Correct --only.',
  });
}

function lengthOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new LabError({ code: 'bad-config', what: `"${text}" is not a length in tokens.`, todo: 'Correct --prompt.' });
}
