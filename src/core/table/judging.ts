import { reportedCorrelation } from '../statistics/agreement.ts';
import { verbosityBias } from '../judge/bias.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import { judgedText } from '../judge/rolled-dialogues.ts';
import { CRITERION_IDS } from '../judge/criteria.ts';
import { modelOfJudge, replyScores, type RunVerdicts } from '../judge/run-verdict.ts';
import { mean } from '../statistics/descriptive.ts';
import { recordKey, type ResultRecord } from '../evaluation/record.ts';
import type { RunSummary } from './summary.ts';

export type JudgingSummary = NonNullable<RunSummary['judge']>;

/**
 * What a reader must know about a judge besides its scores: missing scores, consistency, and whether length is
 * rewarded.
 */
export function summariseJudging(
  { judge, verdicts }: RunVerdicts,
  records: readonly ResultRecord[],
  plan: Pick<EvaluationPlan, 'mode'>,
): JudgingSummary {
  const scored = replyScores(verdicts);
  const text = judgedText(plan, records);
  const replies = records.flatMap((record) => {
    const found = scored.get(recordKey(record));
    return found && record.hypothesis !== null ? [{ judgement: found, candidate: text(record) }] : [];
  });
  const variances = replies.flatMap(({ judgement: { variance } }) => (variance === null ? [] : [variance]));
  const counts: Omit<JudgingSummary, 'words'> = {
    id: judge.id,
    name: judge.name,
    rounds: judge.rounds,
    verdicts: verdicts.length,
    replies: replies.length,
    refused: verdicts.filter(({ refused }) => refused).length,
    unreadable: verdicts.filter(({ scores, refused, error }) => !scores && !refused && error === undefined).length,
    repaired: verdicts.filter(({ repaired }) => repaired).length,
    failed: verdicts.filter(({ error }) => error !== undefined).length,
    deviation: variances.length === 0 ? null : Math.sqrt(mean(variances)),
    verbosity: reportedCorrelation(verbosityBias(replies), replies.length),
  };
  return {
    ...counts,
    words: judgingWords(
      counts,
      plan.mode === 'roll-out' ? ['dialogue', 'dialogues'] : ['reply', 'replies'],
      records.some(({ model }) => model === modelOfJudge(judge)),
    ),
  };
}

/** Describes the summary in sentences; `self` if the judge is one of the models that replied. */
function judgingWords(
  {
    name,
    verdicts,
    replies,
    refused,
    unreadable,
    repaired,
    failed,
    deviation,
    verbosity,
  }: Omit<JudgingSummary, 'words'>,
  [one, many]: readonly [string, string],
  self: boolean,
): string {
  const without = [
    [refused, 'refused'],
    [unreadable, 'unreadable even when asked again'],
    [failed, 'beyond what it could be asked'],
  ] as const;
  const lacking = without.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : []));
  return [
    `Judge: ${name}. Scores run from 0 to 5 and rest on ${plural(replies, one, many)} and ` +
      `${plural(verdicts, 'verdict', 'verdicts')}, ` +
      `${lacking.length > 0 ? `of which ${lacking.join(', ')}` : 'none of which is lacking'}.`,
    ...(repaired > 0
      ? [
          `${plural(repaired, 'answer was', 'answers were')} not the JSON asked for, but ` +
            `${repaired === 1 ? 'its' : 'their'} numbers are plain.`,
        ]
      : []),
    ...(deviation === null
      ? []
      : [
          `Asked again, the mean of the ${CRITERION_IDS.length} criteria of one ${one} has a standard deviation ` +
            `of ${deviation.toFixed(2)}.`,
        ]),
    verbosity === null
      ? `Whether length is rewarded cannot be determined: there are too few ${many}, or they are too alike.`
      : `Spearman's correlation of score and length in words is ${verbosity.toFixed(2)} (near 0 where length earns ` +
        'nothing).',
    ...(self ? ['It judges replies of its own, which models tend to favour.'] : []),
  ].join(' ');
}

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
