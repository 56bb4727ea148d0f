import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Values of reference programs, committed with the tests: tests/fixtures/README.md says which, and how they were made.
 */
const REFERENCE = join(import.meta.dirname, '../fixtures/reference');

/** The content of `name`.json.gz among the reference values; the caller knows its shape. */
export const readFixture = <T>(name: string): T =>
  JSON.parse(gunzipSync(readFileSync(join(REFERENCE, `${name}.json.gz`))).toString('utf8')) as T;

/** The lines of a text file among the reference values, without comments. */
export const readFixtureLines = (name: string): string[] =>
  readFileSync(join(REFERENCE, name), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('# '));

/** The utterances of the 72 dialogues in `solace-72.json`, which the reference values were computed of. */
export function ownUtterances(): { speaker: 'seeker' | 'supporter'; text: string }[] {
  const path = join(import.meta.dirname, '../../public/dialogues/solace-72.json');
  const dialogues = JSON.parse(readFileSync(path, 'utf8')) as { content: { User?: string; AI?: string }[] }[];
  return dialogues.flatMap(({ content }) =>
    content.flatMap(({ User, AI }) => [
      ...(User === undefined ? [] : [{ speaker: 'seeker' as const, text: User }]),
      ...(AI === undefined ? [] : [{ speaker: 'supporter' as const, text: AI }]),
    ]),
  );
}

/** What torch computes with the weights of the embedded model. */
export interface ForwardReference {
  rows: {
    messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
    prompt: string;
    ids: number[];
    /** Negative log-likelihood of every token but the first, in nats. */
    nll: number[];
    last_top10: [id: number, logit: number][];
    greedy32: number[];
    greedy32_text: string;
  }[];
}

/** What PEFT on torch and llama.cpp compute with adapters. */
export interface AdapterReference {
  versions: Record<string, string>;
  ids: number[][];
  /** Negative log-likelihood of every token but the first, in nats, by model, program and sequence. */
  nll: Record<string, Record<string, number[][]>>;
}
