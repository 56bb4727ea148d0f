import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { at } from '../../src/core/at.ts';
import { roleOf } from '../../src/core/context/build.ts';
import { parseJsonLines } from '../../src/core/json-lines.ts';
import { distinct } from '../../src/core/metrics/distinct.ts';
import type { MeasuredPair } from '../../src/core/metrics/pair.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { jackknifeInterval, pairedTest, type Interval } from '../../src/core/statistics/resampling.ts';
import { intervalText } from '../../src/core/table/summary.ts';
import { PAPER_DECODING } from '../../src/core/engine/engine.ts';
import { LabError } from '../../src/core/error.ts';
import { openNodeAssist } from '../../src/node/assist-node.ts';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { createNodeMetrics } from '../../src/node/metrics-node.ts';
import { situationsSchema, type Replies } from '../reading/format.ts';
import { readingSheet } from '../reading/sheet.ts';
import { ARMS, assistItems, type AssistItem } from './contexts.ts';

const candidateSchema = z.object({
  id: z.string(),
  arm: z.enum(Object.keys(ARMS) as (keyof typeof ARMS)[]),
  sample: z.int(),
  text: z.string(),
});
type Candidate = z.infer<typeof candidateSchema>;

/** What is compared: whose candidates, and whether the best of them or the first is taken. */
const VARIANTS = {
  plain: { arm: 'plain', best: false },
  exchanges: { arm: 'exchanges', best: false },
  'best-of-4': { arm: 'plain', best: true },
  both: { arm: 'exchanges', best: true },
  cooler: { arm: 'cooler', best: false },
} as const;
const NAMES = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[];

/**
 * `npm run bench -- assist-choose OUT CANDIDATES`: from replies that sample.py wrote, the sheet of a blind reading of
 * the situations, and metrics of the corpus's turns against what its supporter said.
 */
export async function chooseReplies([out, path]: string[]): Promise<void> {
  if (out === undefined || path === undefined)
    throw new LabError({ code: 'bad-config', what: 'A folder and a file are needed.', todo: 'See --help.' });
  const failure = { code: 'bad-file', what: 'A line is no reply', where: path, todo: 'Sample again.' } as const;
  const candidates = parseJsonLines(await readFile(path, 'utf8'), candidateSchema, failure);
  const assist = await openNodeAssist();
  const replies: Replies['replies'] = {};
  const items = await assistItems();
  for (const item of items) {
    const score = assist.ranker(item.utterances);
    for (const name of NAMES) {
      const { arm, best } = VARIANTS[name];
      const texts = textsOf(candidates, item, arm);
      if (texts.length === 0 || (best && texts.length < 2)) continue;
      const scores = best ? await score(texts) : [0];
      replies[item.id] = { ...replies[item.id], [name]: at(texts, scores.indexOf(Math.max(...scores))) };
    }
  }
  await assist.release();
  await mkdir(out, { recursive: true });
  await writeReading(out, items, replies);
  await printMetrics(items, replies);
}

const textsOf = (candidates: readonly Candidate[], { id }: AssistItem, arm: string): string[] =>
  candidates
    .filter((each) => each.id === id && each.arm === arm)
    .sort((a, b) => a.sample - b.sample)
    .map(({ text }) => text);

async function writeReading(out: string, items: readonly AssistItem[], replies: Replies['replies']): Promise<void> {
  const situations = items.filter(({ reference }) => reference === undefined);
  const hash = await sha256Of('public/adapters/solace/manifest.json');
  const result: Replies = {
    decoding: { ...PAPER_DECODING, maxNewTokens: 72, cooler: ARMS.cooler.decoding },
    models: Object.fromEntries(NAMES.map((name) => [name, hash])),
    situations: situationsSchema.parse(
      situations.map(({ id, utterances }) => ({
        id,
        messages: utterances.map(({ speaker, text }) => ({ role: roleOf(speaker), content: text })),
      })),
    ),
    replies: Object.fromEntries(situations.map(({ id }) => [id, replies[id] ?? {}])),
  };
  await writeFile(join(out, 'replies.json'), `${JSON.stringify(result, null, 1)}\n`);
  await writeFile(join(out, 'sheet.md'), readingSheet(result));
}

/** Each measure of each variant, and its difference from the plain reply with a 95 % interval. */
async function printMetrics(items: readonly AssistItem[], replies: Replies['replies']): Promise<void> {
  const metrics = createNodeMetrics();
  const turns = items.flatMap(({ id, reference }) => (reference === undefined ? [] : [{ id, ref: reference }]));
  const measured = new Map<string, MeasuredPair[]>();
  for (const name of NAMES) {
    const pairs = turns.flatMap(({ id, ref }) => {
      const hyp = replies[id]?.[name];
      return hyp === undefined ? [] : [{ id, hyp, ref }];
    });
    if (pairs.length === turns.length) measured.set(name, (await metrics.measure(pairs, { bertscore: {} })).pairs);
  }
  metrics.terminate();
  console.log(
    '| variant | METEOR | BERTScore F1 | distinct-1 | distinct-2 | words |\n| --- | --- | --- | --- | --- | --- |',
  );
  const plain = measured.get('plain') ?? [];
  const meteor = ({ scores }: MeasuredPair): number => scores.nltk_meteor ?? NaN;
  const bertscore = ({ scores }: MeasuredPair): number => scores.bertscore?.[2] ?? NaN;
  for (const [name, pairs] of measured) {
    const against = (of: (pair: MeasuredPair) => number): string => {
      const value = mean(pairs.map(of)).toFixed(3);
      return name === 'plain'
        ? value
        : `${value} (${signed(pairedTest(mean, pairs.map(of), plain.map(of)).difference)})`;
    };
    const tokens = pairs.map(({ counts }) => counts.hypTokens);
    const distincts = [1, 2].map((n) =>
      intervalText(
        jackknifeInterval((list: readonly string[][]) => distinct(list, n), tokens),
        3,
      ),
    );
    const length = mean(tokens.map((list) => list.length)).toFixed(1);
    console.log(`| ${[name, against(meteor), against(bertscore), ...distincts, length].join(' | ')} |`);
  }
}

const signed = ({ value, low, high }: Interval): string =>
  `${value < 0 ? '−' : '+'}${intervalText({ value: Math.abs(value), low, high }, 3)}`;
