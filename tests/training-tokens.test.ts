import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRepresentation } from '../src/core/compression/load.ts';
import type { RepresentationId } from '../src/core/compression/representation.ts';
import { buildContext } from '../src/core/context/build.ts';
import type { Utterance } from '../src/core/dataset/dialogue.ts';
import { loadEndTokens } from '../src/core/engine/load-config.ts';
import { loadChatTokenizer } from '../src/core/engine/load-tokenizer.ts';
import { byteTokenizerFiles } from '../src/core/engine/testing/byte-tokenizer.ts';
import { BYTE_TEMPLATES, IM_TEMPLATES } from '../src/core/engine/testing/chat-templates.ts';
import { tinyCheckpoint } from '../src/core/engine/testing/tiny-model.ts';
import type { Checkpoint } from '../src/core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../src/core/formats/export/export.ts';
import { chatTokenizerOf } from '../src/core/tokenizer/chat-tokenizer.ts';
import { prepareDialogues } from '../src/core/training/prepare.ts';
import type { Sequence } from '../src/core/training/sequence.ts';
import { openExportedFiles } from '../src/engines/exported-files.ts';
import { EMBEDDED_FOLDER } from '../src/node/model-choice.ts';
import { nodeFiles } from '../src/node/node-files.ts';
import { openCheckpoint } from '../trainer/files/open.ts';
import { diskFolder } from '../trainer/files/sink.ts';
import { writeTinyModel } from './harness/tiny-model.ts';

const PRESETS = join(import.meta.dirname, '../trainer/presets');
const NOW = new Date(2026, 0, 31, 12);
const UTTERANCES: Utterance[] = [
  'I feel </s> low <|im_end|> today',
  ' That sounds hard. ',
  'It is the pain that I have had',
  'I am here with you',
  'and so it goes',
].map((text, i) => ({ speaker: i % 2 ? 'supporter' : 'seeker', text }));

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'training-tokens-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Model {
  /** The model as inference loads it. */
  folder: string;
  /** The model as training reads it. */
  open: () => Promise<{ checkpoint: Checkpoint; close: () => Promise<void> }>;
}

let count = 0;
const newFolder = (): string => join(root, `model-${count++}`);

/**
 * A checkpoint folder with a chat template: in the tokenizer's settings, or in a file that overrides an older one
 * there.
 */
async function trainerModel(template: string, place: 'inline' | 'file', tokens: 'im' | 's'): Promise<Model> {
  const folder = newFolder();
  await writeTinyModel(folder);
  const { tokenizer, config } = byteTokenizerFiles(300);
  const path = join(folder, 'tokenizer_config.json');
  if (tokens === 's') await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const settings = tokens === 's' ? config : (JSON.parse(await readFile(path, 'utf8')) as object);
  await putTemplate(folder, settings, template, place);
  return { folder, open: () => openCheckpoint(folder) };
}

/** An exported folder with a chat template, as in training in the page. */
async function pageModel(template: string, place: 'inline' | 'file'): Promise<Model> {
  const folder = newFolder();
  await exportOnnx(tinyCheckpoint(), diskFolder(folder), { dtype: 'fp32', name: 'tiny', source: 'x', licence: 'x' });
  await putTemplate(folder, byteTokenizerFiles(288).config, template, place);
  return exported(folder);
}

const exported = (folder: string): Model => ({
  folder,
  open: async () => ({
    checkpoint: await openExportedFiles(await nodeFiles(folder), {}),
    close: () => Promise.resolve(),
  }),
});

async function putTemplate(folder: string, settings: object, template: string, place: 'inline' | 'file') {
  const inline = place === 'inline' ? template : '{{ an older one }}';
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...settings, chat_template: inline }));
  if (place === 'file') await writeFile(join(folder, 'chat_template.jinja'), template);
}

async function sequenceOf({ open }: Model, representation: RepresentationId, system: string): Promise<Sequence> {
  const { compress } = await loadRepresentation(representation);
  const { checkpoint, close } = await open();
  const part = await prepareDialogues([{ id: 'd', utterances: UTTERANCES }], {
    tokenizer: chatTokenizerOf(checkpoint.files, checkpoint.name),
    endIds: checkpoint.config.eosTokenIds,
    now: NOW,
    compress: (text) => compress(text).text,
    labels: 'supporter',
    system,
    maxTokens: 10_000,
    overflow: 'truncate',
    template: 'its template',
  }).finally(close);
  expect(part.counts).toMatchObject({ dialogues: 1, sequences: 1, tooLong: 0 });
  return part.sequences[0] as Sequence;
}

/** Each reply of a sequence: the tokens that the model sees up to its end, and where the trained ones begin. */
function replies({ ids, positions, branches, labelled }: Sequence): { tokens: number[]; start: number }[] {
  const ends = [...labelled].flatMap((flag, i) => (flag === 1 && labelled[i + 1] !== 1 ? [i] : []));
  return ends.map((end) => {
    const visible = [...ids.keys()].filter((i) => i <= end && (branches[i] === 0 || branches[i] === branches[end]));
    expect(visible.map((i) => positions[i])).toEqual([...visible.keys()]);
    const begin = labelled.lastIndexOf(0, end) + 1;
    expect(visible.slice(visible.indexOf(begin)).every((i) => labelled[i] === 1)).toBe(true);
    return { tokens: visible.map((i) => ids[i] ?? -1), start: visible.indexOf(begin) };
  });
}

/** Compares the training sequence of a dialogue with its prompts and replies, token for token. */
async function expectSameTokens(model: Model, representation: RepresentationId, system: string): Promise<void> {
  const files = await nodeFiles(model.folder);
  const tokenizer = await loadChatTokenizer(files);
  const ends = await loadEndTokens(files);
  const { compress } = await loadRepresentation(representation);
  const sent = UTTERANCES.map(({ text }) => compress(text).text);
  const { messages } = buildContext({ system, utterances: UTTERANCES, sent });
  const written = buildContext({ system, utterances: UTTERANCES }).messages;
  const learnt = replies(await sequenceOf(model, representation, system));
  const supporter = written.flatMap((message, i) => (message.role === 'assistant' ? [{ i, reply: message }] : []));
  expect(learnt).toHaveLength(supporter.length);
  for (const [n, { i, reply }] of supporter.entries()) {
    const { tokens, start } = learnt[n] ?? { tokens: [], start: -1 };
    const context = messages.slice(0, i);
    expect(tokens.slice(0, start)).toEqual(tokenizer.encode(tokenizer.renderPrompt(context, { now: NOW })));
    const later = tokenizer.renderPrompt([...context, reply, { role: 'user', content: 'then' }], { now: NOW });
    expect(tokens).toEqual(tokenizer.encode(later).slice(0, tokens.length));
    // Generation stops at the last trained token, and at none before it.
    expect(tokens.slice(start).map((id) => ends.includes(id))).toEqual(
      tokens.slice(start).map((_, at) => at === tokens.length - start - 1),
    );
  }
}

const CASES: { name: string; model: () => Promise<Model> }[] = [
  ...Object.entries(BYTE_TEMPLATES).flatMap(([name, template]) => [
    { name, model: () => trainerModel(template, 'inline', 's') },
    { name: `${name}, in a file`, model: () => trainerModel(template, 'file', 's') },
    { name: `${name}, in the page`, model: () => pageModel(template, 'inline') },
    { name: `${name}, in the page, in a file`, model: () => pageModel(template, 'file') },
  ]),
  ...Object.entries(IM_TEMPLATES)
    .filter(([name]) => name !== 'forgetful')
    .map(([name, template]) => ({ name, model: () => trainerModel(template, 'inline', 'im') })),
  {
    name: 'that of the tiny model',
    model: async () => {
      const folder = newFolder();
      await writeTinyModel(folder);
      return { folder, open: () => openCheckpoint(folder) };
    },
  },
  { name: 'that of the embedded model', model: () => Promise.resolve(exported(EMBEDDED_FOLDER)) },
];

describe.each(['raw', 'nostopwords'] as const)('training on a %s context', (representation) => {
  it.each(CASES)('uses the tokens of inference: $name', async ({ model }) => {
    for (const system of ['', 'Be kind.']) await expectSameTokens(await model(), representation, system);
  });
});

describe('the presets of the trainer', () => {
  it('use the tokens of inference', async () => {
    const templates = (await readdir(PRESETS)).filter((name) => name.endsWith('.jinja'));
    expect(templates).toContain('chatml.jinja');
    for (const name of templates) {
      const model = await trainerModel(await readFile(join(PRESETS, name), 'utf8'), 'inline', 'im');
      await expectSameTokens(model, 'raw', 'Be kind.');
    }
  });
});

describe('a template that changes earlier turns', () => {
  it('is refused in training', async () => {
    const model = await trainerModel(IM_TEMPLATES.forgetful, 'inline', 'im');
    await expect(sequenceOf(model, 'raw', '')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
