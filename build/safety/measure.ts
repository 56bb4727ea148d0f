/** Misses and false alarms by author. */
import { readdirSync } from 'node:fs';
import { at } from '../../src/core/at.ts';
import { createClassifier } from '../../src/core/safety/classifier.ts';
import { detectCrisis, loadLanguages } from '../../src/core/safety/crisis.ts';
import { higherLevel, type CrisisLevel } from '../../src/core/safety/kinds.ts';
import type { StoredWeights } from '../../src/core/safety/weights.ts';
import { ALWAYS_LEARNED, PHRASES, readAuthor, TRAINING_AUTHORS, type Example } from './examples.ts';
import type { LeftOut } from './train.ts';

/** The level of one example by each method. */
export interface Judged extends Example {
  rules: CrisisLevel;
  classifier: CrisisLevel;
  together: CrisisLevel;
}

await loadLanguages();

const WAYS = ['rules', 'classifier', 'together'] as const;

/** Authors whose phrases are only used to measure. */
export const unseenAuthors = (): string[] =>
  readdirSync(PHRASES)
    .flatMap((name) => /^author-(\w+)\.jsonl$/.exec(name)?.[1] ?? [])
    .filter((author) => ![...TRAINING_AUTHORS, ...ALWAYS_LEARNED].some((known) => known === author))
    .sort();

/** Examples with the levels of the rules and of a classifier trained without their author. */
export function judgeLeftOut(examples: readonly Example[], leftOut: readonly (LeftOut | undefined)[]): Judged[] {
  return examples.flatMap((example, i) => {
    const scores = leftOut[i];
    if (!scores) return [];
    return [judged(example, scores.flag <= 0 ? 'none' : scores.danger > 0 ? 'danger' : 'concern')];
  });
}

/** Examples of authors that the weights have not seen, classified as in the page. */
export async function judgeUnseen(author: string, weights: StoredWeights): Promise<Judged[]> {
  const examples = readAuthor(author);
  const { loadFolderEncoder } = await import('../../src/node/encoder-node.ts');
  const encoder = await loadFolderEncoder();
  const seen = await createClassifier(encoder, weights)(examples.map(({ text }) => text));
  await encoder.release();
  return examples.map((example, i) => judged(example, at(seen, i).level));
}

function judged(example: Example, classifier: CrisisLevel): Judged {
  const rules = detectCrisis(example.text).level;
  return { ...example, rules, classifier, together: higherLevel(rules, classifier) };
}

/**
 * A Markdown table with one line per author and one for all: per cent of danger and concern missed, and of false
 * alarms.
 */
export function table(rows: readonly Judged[]): string[] {
  const authors = [...new Set(rows.map(({ author }) => author))];
  const lines = authors.map((author) =>
    line(
      author,
      rows.filter((row) => row.author === author),
    ),
  );
  const head = [
    'author',
    'phrases',
    ...WAYS.flatMap((way) => [`${way}: danger missed`, 'concern missed', 'false alarms']),
  ];
  return [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...lines,
    ...(authors.length > 1 ? [line('all', rows)] : []),
  ];
}

function line(name: string, rows: readonly Judged[]): string {
  const cells = WAYS.flatMap((way) => {
    const share = (level: CrisisLevel, wrong: (said: CrisisLevel) => boolean): string => {
      const those = rows.filter((row) => row.level === level);
      return those.length === 0
        ? '–'
        : ((100 * those.filter((row) => wrong(row[way])).length) / those.length).toFixed(1);
    };
    return [
      share('danger', (said) => said === 'none'),
      share('concern', (said) => said === 'none'),
      share('none', (said) => said !== 'none'),
    ];
  });
  return `| ${[name, rows.length, ...cells].join(' | ')} |`;
}

/** The share of flagged dangerous phrases that is classified as danger, and the same for phrases of concern. */
export function levels(rows: readonly Judged[]): string {
  const share = (level: CrisisLevel): string => {
    const flagged = rows.filter((row) => row.level === level && row.together !== 'none');
    const dangerous = flagged.filter(({ together }) => together === 'danger').length;
    return `${((100 * dangerous) / Math.max(1, flagged.length)).toFixed(0)} %`;
  };
  const harmless = rows.filter(({ level }) => level === 'none');
  const asDanger =
    (100 * harmless.filter(({ together }) => together === 'danger').length) / Math.max(1, harmless.length);
  return (
    `called danger: ${share('danger')} of flagged danger, ${share('concern')} of flagged concern, ` +
    `${asDanger.toFixed(1)} % of harmless`
  );
}
