/**
 * `npm run examples` makes the comparisons that the page shows before a model is loaded: real replies of the model that
 * it begins with, to turns of the corpus's test part.
 */
import { writeFile } from 'node:fs/promises';
import { REPRESENTATION_IDS, type RepresentationId } from '../../src/core/compression/representation.ts';
import { noticedIn, type PromptUtterance } from '../../src/core/conversation/danger.ts';
import { DEFAULT_SYSTEM_PROMPT } from '../../src/core/conversation/system-prompt.ts';
import type { Example } from '../../src/core/conversation/examples/examples.ts';
import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { TEST_PART_ID } from '../../src/core/dataset/built-in.ts';
import { PAPER_DECODING, type LoadedModel } from '../../src/core/engine/engine.ts';
import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../src/core/engine/embedded.ts';
import { LabError } from '../../src/core/error.ts';
import { viewCompressed, writeReply, type CompressedView, type ReplyStep } from '../../src/lab/index.ts';
import { readBuiltInDataset } from '../../src/node/dataset-file.ts';
import { loadFolderModel } from '../../src/node/folder-model.ts';

const SEED = 1;
/** The windows that the tour's slider offers, in tokens. */
const BUDGETS = Array.from({ length: 16 }, (_, i) => 256 + 64 * i);
const RESERVE = 64;

const CHOSEN = [
  {
    title: 'Small words can turn the meaning',
    why:
      'Rowan says “I’m not being difficult” and “I don’t do the face”. “Not” is no key word, so KeyPOS drops it, and ' +
      'the sentence says the opposite.',
    dialogue: 'dialogue 975',
    turn: 17,
  },
  {
    title: 'Names and places survive',
    why:
      'Harold’s daughter, his wife, a lake and a library: nouns and names are what both compressions keep. What ' +
      'does each reply make of them?',
    dialogue: 'dialogue 801',
    turn: 17,
  },
  {
    title: 'A long talk, and what it saves',
    why:
      'Twenty-one turns, of which the model reads every word or half of them. The longer a conversation is, the more ' +
      'is saved, and the less of the person’s own voice is left.',
    dialogue: 'dialogue 78',
    turn: 21,
  },
] as const;

const { dialogues } = await readBuiltInDataset(TEST_PART_ID);
const model = await loadFolderModel();
const examples: Example[] = [];
for (const chosen of CHOSEN) {
  examples.push(await exampleOf(chosen, model));
  console.log(chosen.title);
}
await model.unload();
const file = new URL('../../src/core/conversation/examples/examples.json', import.meta.url);
await writeFile(file, `${JSON.stringify(examples)}\n`);

async function exampleOf(
  { title, why, dialogue: id, turn }: (typeof CHOSEN)[number],
  model: LoadedModel,
): Promise<Example> {
  const utterances = said(find(id), turn);
  const message = utterances.at(-1)?.text ?? '';
  const decoding = { ...PAPER_DECODING, maxNewTokens: RESERVE, seed: SEED };
  const columns: Example['comparison']['columns'] = [];
  const seen = {} as Example['seen'];
  const fits = {} as Example['fits'];
  for (const representation of REPRESENTATION_IDS) {
    const origin = { modelId: DEFAULT_MODEL_ID, representation, decoding };
    let last: ReplyStep | undefined;
    const tools = { tokenizer: () => Promise.resolve(model.tokenizer ?? null), limit: null };
    const signal = new AbortController().signal;
    for await (const step of writeReply(
      model,
      { systemPrompt: DEFAULT_SYSTEM_PROMPT, utterances, origin },
      tools,
      signal,
    ))
      last = step;
    const { stats, reason } = last?.change.reply ?? {};
    if (!last || !stats || !reason) throw new Error(`${id} got no reply under ${representation}.`);
    // How long it took here says nothing about where it is read.
    const counted = { ...stats, firstTokenMs: 0, decodeMs: 0 };
    columns.push({ representation, messages: last.messages, reply: last.change.text, end: reason, stats: counted });
    const { utterances: rows, compressed } = await viewed(utterances, representation, null, model);
    seen[representation] = rows.map(({ tokens }, i) => ({
      tokens,
      dropped: (compressed[i]?.spans ?? []).flatMap(({ start, end, keep }) =>
        keep ? [] : [[start, end] as [number, number]],
      ),
    }));
    fits[representation] = [];
    for (const budget of BUDGETS) {
      const { fit } = await viewed(utterances, representation, budget, model);
      const none = fit instanceof LabError;
      fits[representation].push({ budget, kept: none ? 0 : fit.kept, tokens: none ? 0 : fit.tokens });
    }
  }
  return {
    title,
    why,
    source: { dataset: TEST_PART_ID, dialogue: id, turn },
    comparison: {
      id: `example ${id}`,
      createdAt: 0,
      model: EMBEDDED_ADAPTERS.find((each) => each.id === DEFAULT_MODEL_ID)?.name ?? EMBEDDED_MODEL.name,
      device: 'CPU',
      seed: SEED,
      earlier: utterances.length - 1,
      message,
      columns,
      task: { modelId: DEFAULT_MODEL_ID, systemPrompt: DEFAULT_SYSTEM_PROMPT, utterances, decoding },
    },
    seen,
    fits,
  };
}

function viewed(
  utterances: PromptUtterance[],
  representation: RepresentationId,
  budget: number | null,
  { tokenizer }: LoadedModel,
): Promise<CompressedView> {
  const request = { system: DEFAULT_SYSTEM_PROMPT, utterances, options: { representation }, budget, reserve: RESERVE };
  return viewCompressed(request, tokenizer ?? null);
}

function said({ utterances }: Dialogue, turn: number): PromptUtterance[] {
  const read = utterances.slice(0, turn).map(({ speaker, text }) => ({ speaker, text, whole: false }));
  if (read.some(({ text }) => noticedIn(text)?.level === 'danger')) throw new Error('An example must not show danger.');
  return read;
}

function find(id: string): Dialogue {
  const found = dialogues.find((dialogue) => dialogue.id === id);
  if (!found) throw new Error(`The test part has no ${id}; it begins with ${dialogues[0]?.id}.`);
  return found;
}
