import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources } from './harness/imports.ts';
import { NUMBER_NOUNS, type Noun } from './harness/nouns.ts';

/** Each task has one implementation: a second one fails here. */
const NOUNS: readonly Noun[] = [
  ...NUMBER_NOUNS,
  {
    noun: 'reply clock',
    primitive: /firstTokenMs: .*(?:performance\.now|- (?:this\.#)?start)/,
    only: ['src/core/engine/reply-clock.ts'],
    within: 'src/',
    example: 'firstTokenMs: (first ?? performance.now()) - start,',
  },
  {
    noun: 'text of a reply',
    primitive: /\+= event\.text/,
    only: ['src/core/engine/collect-reply.ts'],
    example: "if (event.type === 'text') text += event.text;",
  },
  {
    noun: 'callbacks as an async iterable',
    primitive: /new Promise(?:<void>)?\(\(resolve\) => \((?:this\.#)?wake = resolve\)\)/,
    only: ['src/core/async/channel.ts'],
    example: 'await new Promise<void>((resolve) => (wake = resolve));',
  },
  {
    noun: 'features of engines',
    primitive: /\btopK: (?:true|false|'yes'|'no')/,
    only: ['src/engines/features.ts'],
    example: 'features: { seed: true, topK: false }',
  },
  {
    noun: 'model configuration (schema of a decoder)',
    primitive: /num_key_value_heads: ?(?:z|count)\b/,
    only: ['src/core/formats/config.ts'],
    example: '  num_key_value_heads: count.nullish(),',
  },
  {
    noun: 'end tokens',
    primitive: /\[['"]eos_token_id['"]\]|\.eos_token_id\b/,
    only: ['src/core/formats/checkpoint/end-tokens.ts', 'src/core/formats/config.ts'],
    example: `const ids = settings['eos_token_id'];`,
  },
  {
    noun: 'chat template rendering',
    primitive: /from '@huggingface\/jinja'/,
    only: ['src/core/formats/checkpoint/chat-template.ts'],
    example: `import { Template } from '@huggingface/jinja';`,
  },
  {
    noun: 'chat template variables',
    primitive: /documents: null/,
    only: ['src/core/formats/checkpoint/tokenizer-facts.ts'],
    example: 'render({ messages, tools: null, documents: null })',
  },
  {
    noun: 'tokenizer construction',
    primitive: /new Tokenizer\(/,
    only: ['src/core/tokenizer/tokenizer.ts'],
    example: 'const tokenizer = new Tokenizer(json, config);',
  },
  {
    noun: 'training loop',
    primitive: /\bmakeUpdate\(/,
    only: ['src/core/training/update.ts', 'src/core/training/loop.ts'],
    example: 'const row = await makeUpdate(trainer, batches, place);',
  },
  {
    noun: 'evaluation loss',
    primitive: /\blossGraph\(/,
    only: ['src/core/training/graphs.ts', 'src/core/training/forward-pass.ts'],
    example: "const graph = emit(lossGraph({ config, lora, base, dropout: false }), 'evaluation');",
  },
  {
    noun: 'opening of models in the trainer',
    primitive: /\bmergedCheckpoint\(/,
    only: ['src/core/training/merge/', 'trainer/files/open-model.ts'],
    within: 'trainer/',
    example: 'const checkpoint = mergedCheckpoint(base, weighted, add);',
  },
  {
    noun: 'training data preparation',
    primitive: /\bdialogueSequence\(/,
    only: ['src/core/training/example.ts', 'src/core/training/prepare.ts'],
    example: 'const sequence = dialogueSequence(id, utterances, options);',
  },
  {
    noun: 'ONNX Runtime in the page',
    primitive: /\bwasmPaths\b|(?:from|import\() ?'onnxruntime-web/,
    only: ['src/engines/ort.ts'],
    example: "const ort = await import('onnxruntime-web/webgpu');",
  },
  {
    noun: 'context (messages of a dialogue)',
    primitive: /\bbuildContext\(/,
    // Training learns whole dialogues in the form in which they are sent; no window is fitted there.
    only: ['src/core/context/', 'src/core/training/example.ts'],
    example: 'const { messages } = buildContext({ system, utterances });',
  },
  {
    noun: 'context (what fits the window)',
    primitive: /\b(?:longestThatFits|candidatesOf|templateTraits|fitWindow|doesNotFit)\(/,
    only: ['src/core/context/'],
    example: 'const found = await longestThatFits(predicted, room, measure);',
  },
  {
    noun: 'context (speakers as roles)',
    primitive: /seeker'? ?[?:] ?'user'/,
    only: ['src/core/context/build.ts'],
    example: "const role = speaker === 'seeker' ? 'user' : 'assistant';",
  },
  {
    noun: 'context (tokens of a prompt)',
    primitive: /countTokens\([^)]*'prompt'\)/,
    // Likelihoods need the position where the reply begins.
    only: ['src/core/context/', 'src/core/evaluation/likelihood.ts', 'src/core/judge/judge.ts'],
    example: "const [tokens] = await tokenizer.countTokens([prompt], 'prompt');",
  },
  {
    noun: 'loaded models of the page',
    primitive: /engine\.worker\.ts|WorkerModel\.load\(|new ModelResidency\(|import .*\bloadModel\b/,
    only: ['src/lab/models/'],
    within: 'src/',
    example: "import { loadModel } from '../models/loading.ts';",
  },
  {
    noun: 'memoised promises',
    primitive:
      /new Map<.*, Promise<|\?\?= .*\)\.catch\(|\?\?= await |\.catch\(\(\) => (?:\w+\.delete\(|\(.* = undefined\))/,
    only: [
      'src/core/async/',
      // There are many prompts, so only the latest are kept.
      'src/core/context/tokenizer.ts',
      // These make one call at a time, and must not begin before the first.
      'src/core/training/trainer.ts',
      'trainer/perplexity/measure.ts',
      'bench/reading/replies.ts',
    ],
    example: 'const opened = new Map<string, Promise<Encoder>>();',
  },
  {
    noun: 'fetch, or an error that says what is missing',
    primitive: /(?<![.\w]|\* )fetch\(/,
    only: [
      'src/browser/fetch-checked.ts',
      // It only asks early for what the engine fetches again, and reports then.
      'src/engines/fetch-ahead.ts',
      // It answers requests of the page, also with what the server refuses.
      'workers/service-worker/service-worker.ts',
      // A missing font face is left out silently.
      'src/ui/notebook/fonts.ts',
      'bench/',
    ],
    example: 'return fetch(url);',
  },
  {
    noun: 'opening of databases (idb)',
    primitive: /\bopenDB\b|\bindexedDB\.open\(/,
    only: ['src/browser/storage/open-database.ts'],
    example: "const request = indexedDB.open('solace-notebooks', 1);",
  },
  {
    noun: 'opening of databases (waiting, errors, reopening)',
    primitive: /\bopenDatabase\b.*\(|\bopeningFailed\(/,
    only: ['src/browser/storage/', 'src/browser/model-store/database.ts'],
    example: "opening ??= openDatabase<Schema>('solace-notebooks', 1, {",
  },
  {
    noun: 'numbers with units (bytes, durations)',
    primitive: /\} (?:KB|[kMGT]B)\b|\} min \$\{/,
    only: ['src/core/units.ts', 'bench/'],
    example: 'return `${(bytes / 1e6).toFixed(1)} MB`;',
  },
  {
    noun: 'files that may be missing',
    primitive: /'ENOENT'|\b(?:readFile|readdir|realpath|l?stat)\(.*\)\.catch\(\(\)(?:: [\w[\]]+)? =>/,
    // /proc reports what it can.
    only: ['src/node/read-file.ts', 'src/node/folder-lock.ts'],
    example: "const text = await readFile(path, 'utf8').catch(() => undefined);",
  },
  {
    noun: 'replacing a file, and appending to one',
    primitive: /function (?:replaceFile|diskError)\b|\bappendFile\(|'ENOSPC'/,
    only: ['src/node/write-file.ts'],
    example: 'await appendFile(path, `${JSON.stringify(row)}\\n`);',
  },
  {
    noun: 'side files of weights',
    primitive: /'(?:chat_template\.jinja|tokenizer_config\.json)'|\.json', '(?:\w+\.json|LICENSE)'/,
    only: ['src/core/formats/checkpoint/side-files.ts', 'src/core/formats/checkpoint/template.ts', 'bench/'],
    example: "const REQUIRED = ['config.json', 'tokenizer.json'];",
  },
  {
    noun: 'JSON (parsing, and the first field at fault)',
    primitive: /JSON\.parse\((?!JSON\.stringify)|\[issue\]|issues\[0\]/,
    only: [
      ...['src/core/json.ts', 'src/core/json-lines.ts', 'trainer/train/metrics.ts', 'build/', 'bench/'],
      // A record that is no JSON is listed with the reason.
      'src/core/dataset/read-json.ts',
      // The package.json of this project and of its libraries.
      ...['src/node/command-line.ts', 'src/node/software.ts'],
      // The sandbox has its own small bundle, its code samples parse, and its bridge counts arguments.
      ...['src/notebook/frame/', 'src/lab/notebooks/data-descriptions.ts', 'src/lab/notebooks/bridge.ts'],
    ],
    example: 'return JSON.parse(text);',
  },
  {
    noun: 'JSON lines',
    primitive: /JSON\.parse\(line/,
    only: [
      'src/core/json-lines.ts',
      // It reads only the step of a line, and drops lines that have none, such as an incomplete last one.
      'trainer/train/metrics.ts',
      // Code for notebooks.
      'src/lab/notebooks/data-descriptions.ts',
    ],
    example: 'lines.map((line) => JSON.parse(line));',
  },
  {
    noun: 'buttons that choose files',
    primitive: /type="file"/,
    only: ['src/ui/components/FileButton.svelte'],
    within: 'src/ui/',
    example: '<input type="file" hidden />',
  },
];

const sources = readSources('src', 'workers', 'trainer', 'bench', 'build').map(({ path }) => ({
  path,
  lines: readFileSync(join(import.meta.dirname, '..', path), 'utf8').split('\n'),
}));

describe('one of each', () => {
  it.each(NOUNS)('$noun', ({ primitive, only, within = '', example }) => {
    expect(example).toMatch(primitive);
    const second = sources
      .filter(({ path }) => path.startsWith(within) && !only.some((place) => path.startsWith(place)))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, i) => (primitive.test(line) ? [`${path}:${i + 1} ${line}`] : [])),
      );
    expect(second).toEqual([]);
  });
});
