import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { cohenKappa } from '../../src/core/statistics/agreement.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { bootstrapInterval, type Interval } from '../../src/core/statistics/resampling.ts';
import { readReplies, type Replies } from './format.ts';
import { lettersOf } from './sheet.ts';

/** 1: the first model's reply was preferred; 0: the second's; 0.5: no difference. */
type Preference = 0 | 0.5 | 1;
const PREFERENCES: readonly Preference[] = [0, 0.5, 1];

/** How one model did against another. */
export interface Contest {
  models: [string, string];
  /** Share of situations in which the first is preferred, ties counting half, over all readers; 95 % interval. */
  preferred: Interval;
  wins: number;
  ties: number;
  losses: number;
  /** Cohen's kappa of the two readers; NaN unless there are two. */
  kappa: number;
}

/** Ranks by model and situation: 0 for the best. */
type Ranking = Map<string, Map<string, number>>;

/**
 * A reader's choices: a line per situation, `s01<tab>B>A=C`.
 * @throws {LabError} `bad-data` naming a line in which a letter is missing or repeated, or a situation that is missing.
 */
export function parseChoices(text: string, where: string, replies: Replies): Ranking {
  const ranking: Ranking = new Map();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [id = '', order = ''] = line.trim().split(/\s+/);
    const letters = replies.situations.some((situation) => situation.id === id)
      ? lettersOf(replies, id)
      : new Map<string, string>();
    const groups = order.split('>').map((group) => group.split('='));
    if (letters.size === 0 || [...groups.flat()].sort().join('') !== [...letters.keys()].join(''))
      throw new LabError({
        code: 'bad-data',
        where: `${where} line ${i + 1}`,
        what: `It does not rank each reply of a situation once: ${line}`,
        todo: `Write, for example, s01, a tab, and ${[...letters.keys()].join('>') || 'B>A=C'}.`,
      });
    const ranks = groups.flatMap((group, rank) =>
      group.map((letter): [string, number] => [letters.get(letter) ?? '', rank]),
    );
    ranking.set(id, new Map(ranks));
  }
  const missing = replies.situations.filter(({ id }) => !ranking.has(id)).map(({ id }) => id);
  if (missing.length > 0)
    throw new LabError({ code: 'bad-data', where, what: `It lacks ${missing.join(', ')}.`, todo: 'Add these lines.' });
  return ranking;
}

/** Every model against each of those before it in the order of `models`. */
export function contests(replies: Replies, readers: readonly Ranking[]): Contest[] {
  const models = Object.keys(replies.models);
  const pairs = models.flatMap((first, i) => models.slice(0, i).map((second): [string, string] => [first, second]));
  return pairs.map(([first, second]) => {
    const choices = readers.map((reader) =>
      replies.situations.map(({ id }) => {
        const [a = 0, b = 0] = [reader.get(id)?.get(first), reader.get(id)?.get(second)];
        return a < b ? 1 : a > b ? 0 : 0.5;
      }),
    );
    const all = choices.flat();
    const perSituation = replies.situations.map((_, i) => mean(choices.map((choice) => choice[i] ?? NaN)));
    const [one, two, ...others] = choices;
    return {
      models: [first, second],
      preferred: bootstrapInterval(mean, perSituation, { resamples: 10_000 }),
      wins: all.filter((choice) => choice === 1).length,
      ties: all.filter((choice) => choice === 0.5).length,
      losses: all.filter((choice) => choice === 0).length,
      kappa:
        one && two && others.length === 0 ? cohenKappa(one as Preference[], two as Preference[], PREFERENCES) : NaN,
    };
  });
}

/** `npm run bench -- reading-count OUT`: who was preferred to whom, from all `choices-*.tsv` of the folder. */
export async function countReading([out = '']: string[]): Promise<void> {
  const replies = await readReplies(out);
  const names = (await readdir(out)).filter((name) => /^choices-.+\.tsv$/.test(name)).sort();
  const readers = await Promise.all(
    names.map(async (name) => parseChoices(await readFile(join(out, name), 'utf8'), name, replies)),
  );
  if (readers.length === 0)
    throw new LabError({
      code: 'missing-file',
      where: out,
      what: 'There is no file choices-NAME.tsv.',
      todo: 'Let somebody read sheet.md and write down the choices, as it says.',
    });
  console.log(`${replies.situations.length} situations, ${readers.length} readers\n`);
  console.log(
    '| model | preferred to | share [95 %] | wins | ties | losses | kappa |\n' +
      '| --- | --- | --- | --- | --- | --- | --- |',
  );
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  for (const { models, preferred, wins, ties, losses, kappa } of contests(replies, readers)) {
    const share = `${percent(preferred.value)} [${percent(preferred.low)}, ${percent(preferred.high)}]`;
    console.log(
      `| ${[...models, share, wins, ties, losses, Number.isNaN(kappa) ? '' : kappa.toFixed(2)].join(' | ')} |`,
    );
  }
}
