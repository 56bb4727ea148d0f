import type { RepresentationId } from '../../core/compression/representation.ts';
import type { CriterionId } from '../../core/judge/criteria.ts';
import type { MissingReason, PromptId } from '../../lab/index.ts';

/** What is said about a ready-made comparison. */
export interface ExampleText {
  title: string;
  why: string;
}

/**
 * Names and sentences that `core` and `lab` give the interface in English, by id. English has none of these: there what
 * `core` says is shown. `named.ts` and `sentences.ts` choose. Parts that are strings are formatted already.
 */
export interface Terms {
  /** What a compression of utterances does. */
  compressions: Record<RepresentationId, string>;
  /** What the ready-made comparisons show, in their order. */
  examples: readonly ExampleText[];
  /** What a model that comes with the lab is, by its id. */
  models: Readonly<Record<string, string>>;
  engines: EngineTerms;
  imports: ImportTerms;
  /** Says that notebooks are English. */
  notebooksInEnglish: string;
  /** What each notebook of the lab is about, by its name. */
  notebooks: Readonly<Record<string, string>>;
  /** Names of measures that are not the same in all languages. */
  measures: Readonly<Record<string, string>>;
  criteria: Record<CriterionId | 'mean', string>;
  /** A judge's scores of a criterion, as a measure. */
  judged: (criterion: string) => string;
  /** Prompts of judges. */
  prompts: Record<PromptId, { name: string; about: string }>;
  /** Questions of the seekers' survey, by their names in a dataset. */
  questions: Readonly<Record<string, string>>;
  histories: HistoryNames;
  tests: TestSentences;
  judge: JudgeSentences;
  check: CheckSentences;
  /** Why a context cannot be shown. */
  missing: Record<MissingReason, (dataset: string, leftOut: number) => string>;
  context: {
    unrecorded: string;
    noTokenizer: string;
    agrees: (tokens: string) => string;
    differs: (tokens: string, recorded: string) => string;
  };
}

/** Names and summaries of ways to shorten the whole conversation. */
interface HistoryNames {
  every: (name: string) => [name: string, summary: string];
  last: (k: number) => [name: string, summary: string];
  ends: (first: number, last: number) => [name: string, summary: string];
  summary: (keep: number, most: number) => [name: string, summary: string];
  summaryIn: (tokens: string) => [name: string, summary: string];
  selective: (share: string) => [name: string, summary: string];
  selectiveIn: (tokens: string, share: string) => [name: string, summary: string];
  budget: (forms: string, tokens: string) => [name: string, summary: string];
  budgetFirst: (forms: string, tokens: string, first: number) => [name: string, summary: string];
  /** Between forms in order of preference. */
  then: string;
  recall: (name: string, tokens: string, most: number) => [name: string, summary: string];
}

/** Outcomes of significance tests. */
interface TestSentences {
  metric: (measure: string, common: string) => string;
  none: (metric: string, a: string, b: string, evidence: string) => string;
  higher: (metric: string, a: string, b: string, by: string, evidence: string) => string;
  lower: (metric: string, a: string, b: string, by: string, evidence: string) => string;
  /** The interval excludes zero, but among all tests that may be chance. */
  alone: (doubt: string) => string;
  maybeChance: (tests: number) => string;
  notConfirmed: string;
  interval: (low: string, high: string) => string;
  corrected: (p: string, tests: number) => string;
  power: (difference: string) => string;
  taskTalk: (turns: number, of: number, percent: string) => string;
  nothingChanges: string;
  changes: (findings: string) => string;
}

/** What is said about a judge below a table, and about two judges. */
interface JudgeSentences {
  replies: (n: number) => string;
  dialogues: (n: number) => string;
  rests: (name: string, judged: string, verdicts: number) => string;
  lacksNothing: string;
  lacks: (list: string) => string;
  refused: (n: number) => string;
  unreadable: (n: number) => string;
  failed: (n: number) => string;
  repaired: (n: number) => string;
  deviation: (value: string) => string;
  verbosity: (value: string) => string;
  noVerbosity: string;
  own: string;
  nothingInCommon: (first: string, second: string) => string;
  pair: (first: string, second: string, replies: number, rank: string, height: string) => string;
  correlation: (value: string) => string;
  noCorrelation: string;
  equalMeans: string;
  higher: (name: string, by: string) => string;
}

/** What a check of a judge against people found. */
interface CheckSentences {
  fewForSurvey: (question: string, needed: number, n: number) => string;
  constant: (question: string) => string;
  survey: (question: string, rho: string, n: number, shown: string, reach: string) => string;
  together: (tests: number) => string;
  more: string;
  wrong: string;
  notMore: string;
  fewFailed: (needed: number, good: number, failed: number) => string;
  separation: (percent: string, auc: string, shown: string) => string;
  guessing: (good: number, failed: number, low: string, high: string) => string;
}

/** What `engine-words.ts` recognises in sentences of engines, and in summaries of models. */
export interface EngineTerms {
  onnxFolder: string;
  ggufFile: string;
  fromHost: (host: string) => string;
  converted: (kind: string) => string;
  adapter: (base: string) => string;
  sum: (sum: string, base: string) => string;
  webllm: string;
  /** Reasons: clauses that a colon comes before and a full stop after. */
  noWebGpu: string;
  noAdapter: string;
  onlyProgram: (name: string) => string;
  noSuspending: string;
  noHalfPrecision: string;
  noProbabilities: string;
  /** A sentence of such a reason. */
  slower: (why: string) => string;
  convert: string;
  layers: (there: string, all: string) => string;
  /** A sentence of one of the next three reasons. */
  withoutWidening: (why: string) => string;
  wrongWide: string;
  noRoomToWiden: string;
  failedWide: (what: string) => string;
  withoutLlama: string;
}

/** Why an import left something out; `import-file.ts` words it in English. */
export interface ImportTerms {
  place: (file: string, number: number, title: string) => string;
  'too-long': (messages: string, most: string) => string;
  /** A field is missing or has a wrong value; empty for the whole record. */
  field: (name: string) => string;
  twice: (id: string) => string;
  'no-leaf': (id: string) => string;
  circle: (id: string) => string;
  'no-parent': (id: string) => string;
  /** How many more were left out. */
  more: (n: number) => string;
  correct: string;
  noExport: string;
  chooseExport: string;
  version: (version: string) => string;
  update: string;
}
