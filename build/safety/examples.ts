/** The labelled phrases. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJsonLines } from '../../src/core/json-lines.ts';
import { DANGEROUS, MORE_DANGEROUS } from '../../src/core/safety/examples/dangerous.ts';
import { HARMLESS_MESSAGES, MORE_HARMLESS } from '../../src/core/safety/examples/harmless.ts';
import { CRISIS_KINDS, CRISIS_LEVELS, type CrisisKind, type CrisisLevel } from '../../src/core/safety/kinds.ts';

export const PHRASES = join(import.meta.dirname, '../../tests/fixtures/danger');

/** Authors whose phrases train the classifier. Those of other authors only measure it. */
export const TRAINING_AUTHORS = ['a', 'b', 'c', 'd', 'g', 's'] as const;

/** Files with a single level, which are never left out: r contains ordinary replies in a conversation. */
export const ALWAYS_LEARNED = ['r', 't'] as const;

const schema = z.object({
  level: z.enum(CRISIS_LEVELS),
  kind: z.enum(CRISIS_KINDS).optional(),
  text: z.string().min(1),
});

/** A message with its label and who wrote it. */
export interface Example {
  author: string;
  level: CrisisLevel;
  kind?: CrisisKind | undefined;
  text: string;
}

const fileOf = (author: string): string => join(PHRASES, `author-${author}.jsonl`);

/** One author's phrases: one JSON object per line. */
export function readAuthor(author: string): Example[] {
  const file = fileOf(author);
  const examples = parseJsonLines(readFileSync(file, 'utf8'), schema, {
    code: 'bad-data',
    where: file,
    what: 'It is no example.',
  });
  return examples.map((example) => ({ author, ...example }));
}

/** The phrases that came with the first rules, whose author is called `rules`. */
function readCases(): Example[] {
  const author = 'rules';
  return [
    ...CRISIS_KINDS.flatMap((kind) =>
      DANGEROUS[kind].map((text): Example => ({ author, level: 'danger', kind, text })),
    ),
    ...MORE_DANGEROUS.map((text): Example => ({ author, level: 'danger', text })),
    ...[...HARMLESS_MESSAGES, ...MORE_HARMLESS].map((text): Example => ({ author, level: 'none', text })),
  ];
}

/** All training examples of the classifier. */
export const readTraining = (): Example[] => [
  ...[...TRAINING_AUTHORS, ...ALWAYS_LEARNED].flatMap(readAuthor),
  ...readCases(),
];

/** A hash of examples, with which weights record what they were trained on. */
export const hashOf = (examples: readonly Example[]): string =>
  createHash('sha256').update(JSON.stringify(examples)).digest('hex');
