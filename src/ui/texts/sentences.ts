import type { EvaluationPlan } from '../../core/evaluation/plan.ts';
import type { ExploredRecord } from '../../core/explorer/explored-record.ts';
import { judgeIdOf } from '../../core/judge/run-verdict.ts';
import { guessedAuc, guessedRho } from '../../core/judge/validation-text.ts';
import { testParts } from '../../core/statistics/describe-test.ts';
import { testedDifference, testNames } from '../../core/table/comparisons.ts';
import { measureOf } from '../../core/table/measures.ts';
import {
  describeJudgePair,
  describeValidation,
  FEWEST_DIALOGUES,
  PROMPT_IDS,
  type JudgePair,
  type RunSummary,
  type TurnContext,
  type Validation,
} from '../../lab/index.ts';
import { decimal, integer } from '../components/format.ts';
import { terms } from './in-use.svelte.ts';
import { conditionName, measureLabel, questionText } from './labels.ts';

/*
 * Sentences that `core` and `lab` write in English, made of the same parts in the language in use.
 */

type Test = RunSummary['tests'][number];

/** What a table's tests have in common. */
interface TestContext {
  plan: EvaluationPlan;
  /** How many tests are read together. */
  tests: number;
  /** Permutations of each; absent for the usual number. */
  permutations: number | undefined;
}

/** A test of a table in a sentence. Those of older summaries, which lack the corrected p-value, are English. */
export function testSentence(test: Test, { plan, tests, permutations }: TestContext): string {
  const own = terms()?.tests;
  if (!own || test.adjusted === undefined) return test.words;
  const tested = testedDifference({ difference: test.difference, adjusted: test.adjusted }, tests, permutations);
  const parts = testParts(tested, measureOf(test.metric)?.digits, decimal);
  const { common, a, b } = testNames(plan, test, (id) => conditionName(plan, id));
  const metric = own.metric(measureLabel(test.metric), common);
  const interval = parts.limits ? [own.interval(...parts.limits)] : [];
  const p = `p ${parts.p}`;
  const evidence = [...interval, tests > 1 ? own.corrected(p, tests) : p].join('; ');
  if (parts.finding === 'none')
    return own.none(metric, a, b, `${parts.value}; ${evidence}`) + (parts.power === null ? '' : own.power(parts.power));
  const doubt = tests > 1 ? own.maybeChance(tests) : own.notConfirmed;
  const found = (parts.higher ? own.higher : own.lower)(metric, a, b, parts.by, evidence);
  return found + (parts.finding === 'alone' ? own.alone(doubt) : '');
}

/** How much a table rests on references that speak of the crowd-workers' task. */
export function taskTalkSentence(talk: NonNullable<RunSummary['taskTalk']>, context: TestContext): string {
  const own = terms()?.tests;
  if (!own) return talk.words;
  const changed = talk.tests?.map((test) => testSentence(test, context)) ?? talk.changed;
  const outcome = changed.length === 0 ? own.nothingChanges : own.changes(changed.join(' '));
  return `${own.taskTalk(talk.turns, talk.of, decimal(100 * talk.movement))} ${outcome}`;
}

/** What must be known about a judge besides its scores. */
export function judgingSentence(judging: NonNullable<RunSummary['judge']>, plan: EvaluationPlan): string {
  const own = terms()?.judge;
  if (!own) return judging.words;
  const { name, replies, verdicts, refused, unreadable, failed, repaired, deviation, verbosity } = judging;
  const lacking = [
    ...(refused > 0 ? [own.refused(refused)] : []),
    ...(unreadable > 0 ? [own.unreadable(unreadable)] : []),
    ...(failed > 0 ? [own.failed(failed)] : []),
  ];
  const self = plan.models.some(({ id }) =>
    PROMPT_IDS.some((wording) => judgeIdOf({ model: id, wording }) === judging.id),
  );
  const rests = own.rests(name, (plan.mode === 'roll-out' ? own.dialogues : own.replies)(replies), verdicts);
  return [
    rests + (lacking.length > 0 ? own.lacks(lacking.join(', ')) : own.lacksNothing),
    ...(repaired > 0 ? [own.repaired(repaired)] : []),
    ...(deviation === null ? [] : [own.deviation(decimal(deviation, 2))]),
    verbosity === null ? own.noVerbosity : own.verbosity(decimal(verbosity, 2)),
    ...(self ? [own.own] : []),
  ].join(' ');
}

/** How well two judges agree. */
export function judgePairSentence(pair: JudgePair): string {
  const own = terms()?.judge;
  if (!own) return describeJudgePair(pair);
  const { first, second, replies, correlation, difference } = pair;
  if (replies === 0) return own.nothingInCommon(first, second);
  const rank = correlation === null ? own.noCorrelation : own.correlation(decimal(correlation, 2));
  const equal = Math.abs(difference).toFixed(2) === '0.00';
  const by = decimal(Math.abs(difference), 2);
  const height = equal ? own.equalMeans : own.higher(difference > 0 ? first : second, by);
  return own.pair(first, second, replies, rank, height);
}

/** What a check of a judge against people found, for its mean score. */
export function validationSentences(validation: Validation): { survey: string[]; separation: string[] } {
  const own = terms()?.check;
  if (!own) return describeValidation(validation);
  const ofMean = validation.survey.filter(({ criterion }) => criterion === 'mean');
  const survey = ofMean.map(({ question, rho, n }) => {
    const asked = questionText(question);
    if (n < FEWEST_DIALOGUES) return own.fewForSurvey(asked, FEWEST_DIALOGUES, n);
    if (Number.isNaN(rho)) return own.constant(asked);
    const reach = guessedRho(n, ofMean.length);
    const shown = rho > reach ? own.more : rho < -reach ? own.wrong : own.notMore;
    const together = ofMean.length > 1 ? own.together(ofMean.length) : '';
    return `${own.survey(asked, decimal(rho, 2), n, shown, decimal(reach, 2))}${together}.`;
  });
  const separation = validation.separation
    .filter(({ criterion, good, failed }) => criterion === 'mean' && good + failed > 0)
    .map(({ auc, good, failed }) => {
      if (good + failed < FEWEST_DIALOGUES || Number.isNaN(auc)) return own.fewFailed(FEWEST_DIALOGUES, good, failed);
      const [low, high] = guessedAuc(good, failed);
      const shown = auc > high ? own.more : auc < low ? own.wrong : own.notMore;
      const found = own.separation(integer(100 * auc), decimal(auc, 2), shown);
      return found + own.guessing(good, failed, decimal(low, 2), decimal(high, 2));
    });
  return { survey, separation };
}

/** What is known of a context that was assembled again, or why it was not. */
export function contextSentence(context: TurnContext, plan: EvaluationPlan, record: ExploredRecord): string {
  const own = terms();
  if (context.state === 'missing')
    return own ? own.missing[context.reason](plan.dataset.name, record.leftOut) : context.why;
  if (!own) return context.words;
  const { promptTokens } = record;
  if (promptTokens === null) return own.context.unrecorded;
  if (context.agrees === null) return own.context.noTokenizer;
  if (context.agrees) return own.context.agrees(integer(promptTokens));
  return own.context.differs(integer(context.tokens), integer(promptTokens));
}
