import type { FunctionDescription } from './description.ts';

const REFUSED = 'you did not allow it';

/** Functions that give data: datasets, runs, models, measurements, conversations. */
export const DATA_DESCRIPTIONS = {
  dialogues: {
    about: 'Returns the 1,008 dialogues of the Solace corpus, or its training or test part.',
    parameters: { options: '`part`: `train` or `test`; by default both' },
    returns: 'Dialogue[]',
    errors: { network: 'the file could not be loaded' },
    example: 'const dialogues = await lab.dialogues({part: "test"});',
  },
  datasets: {
    about: 'Lists the datasets that come with the lab, and those that you imported if you allow it.',
    parameters: { options: '`own`: true to list yours, too; the page asks you first' },
    returns:
      '{id: string, name: string, format: string, dialogues: number, utterances: number, badCount: number, builtIn: ' +
      'boolean}[]',
    result: '`badCount` is the number of records that could not be read.',
    errors: { refused: REFUSED, network: 'those of the lab could not be loaded' },
    example: 'display(Inputs.table(await lab.datasets()));',
  },
  dataset: {
    about: 'Returns a dataset, or those of its dialogues that match a query.',
    parameters: { id: 'an id from `datasets`', query: 'which dialogues; by default all' },
    returns:
      '{id: string, name: string, format: string, dialogues: Dialogue[], bad: {place: string, reason: string}[], ' +
      'badCount: number}',
    result:
      'The page asks you first if it is a dataset that you imported. `words` are looked for in all texts and fields.',
    errors: { refused: REFUSED, 'not-found': 'there is no such dataset', network: 'it could not be loaded' },
    example: `const {dialogues} = await lab.dataset("solace-test", {words: "exam", limit: 10});
display(dialogues.length);`,
  },
  readDataset: {
    about: 'Reads dialogues from files that you drop into the notebook, at most 8 MB each.',
    parameters: { files: 'what `Inputs.file` gives' },
    returns: '{format: string, dialogues: Dialogue[], bad: {place: string, reason: string}[], badCount: number}',
    result: '`bad` lists the rejected records, at most a thousand.',
    errors: { unsupported: 'a file is larger than 8 MB', 'bad-data': 'no format fits the file' },
    example: `const files = view(Inputs.file({multiple: true}));
const {dialogues} = await lab.readDataset(files);`,
  },
  statistics: {
    about: 'Counts dialogues, utterances, words, strategies and scenes.',
    parameters: { dialogues: 'the dialogues to count' },
    returns: 'DatasetStatistics',
    example: 'display(await lab.statistics(await lab.dialogues()));',
  },
  runs: {
    about: 'Lists the evaluation runs that come with the lab, and your own if you allow it.',
    parameters: { options: '`own`: true to list yours, too; the page asks you first' },
    returns:
      '{id: string, name: string, committed: boolean, dataset: string, models: {id: string, name: string}[], ' +
      'conditions: {id: string, name: string}[], records: number, texts: boolean, finished: boolean, createdAt: ' +
      'number | null}[]',
    result:
      '`committed` runs come with the lab; `texts` says whether their records have the texts of replies. `createdAt` ' +
      'is in milliseconds since 1970, null for committed runs.',
    errors: { refused: REFUSED, network: 'the list could not be loaded' },
    example: 'display(Inputs.table(await lab.runs(), {columns: ["id", "name", "dataset", "records"]}));',
  },
  records: {
    about: 'Returns the records of a run, one per turn, model and condition, or those that match a query.',
    parameters: { id: 'an id from `runs`', query: 'which records; by default all' },
    returns:
      '{model: string, representation: string, dialogue: string, turn: number, promptTokens: number | null, leftOut: ' +
      'number, nll: {sum: number, tokens: number} | null, timing: Timing | null, scores: Record<string, number | ' +
      '[number, number, number]>, hypothesisHash?: number | null, failed?: boolean, reference?: string, ' +
      'hypothesis?: string | null, error?: string, judged?: Scores}[]',
    result:
      'Records of committed runs whose texts may not be published have `hypothesisHash` and `failed` instead. The ' +
      'others have `reference` (the original reply), `hypothesis` (the model’s, null if none was requested), ' +
      '`error` if the turn failed, and yours `judged`, the mean scores of the latest judge. The page asks you first ' +
      'if it is your run. `representation` is the condition, `turn` the index of the first utterance of the turn, ' +
      '`nll` in nats.',
    errors: {
      refused: REFUSED,
      'not-found': 'there is no such run',
      'missing-file': 'the records of this committed run are not in the lab',
      network: 'they could not be loaded',
    },
    example: `const records = await lab.records("built-in", {representation: ["raw", "keypos"]});
display(Plot.plot({marks: [Plot.boxX(records, {x: (d) => d.nll.sum / d.nll.tokens, y: "representation"})]}));`,
  },
  summary: {
    about: 'Returns the table of a run: each model under each condition with intervals, and tested differences.',
    parameters: {
      id: 'an id from `runs`',
      options: '`points`: true for scores from 0 to 100, as papers print them; otherwise fractions',
    },
    returns: 'RunSummary',
    result:
      '`cells` has a cell per model and condition, whose `metrics` are `{value, low, high, n}` by name; `tests` has ' +
      'the differences. The page asks you first if it is your own run.',
    errors: { refused: REFUSED, 'not-found': 'there is no such run', network: 'it could not be loaded' },
    example: `const {cells} = await lab.summary("built-in");
display(cells.map((cell) => [cell.model, cell.representation, cell.metrics.perplexity.value]));`,
  },
  models: {
    about: 'Lists the models and adapters that come with the lab, and those that you added if you allow it.',
    parameters: { options: '`own`: true to list yours, too; the page asks you first' },
    returns:
      '{id: string, name: string, summary: string, format: "onnx" | "adapter" | "gguf" | "mlc" | "endpoint", bytes: ' +
      'number, embedded: boolean, base: string | null}[]',
    result: '`base` is the id of the model that an adapter changes.',
    errors: { refused: REFUSED },
    example: 'display(Inputs.table(await lab.models()));',
  },
  interval: {
    about: 'Returns the mean of all numbers with its 95 % bootstrap interval over groups, such as dialogues.',
    parameters: { groups: 'the numbers of each group' },
    returns: '{value: number, low: number, high: number}',
    result: 'The same interval as in tables of runs.',
    example: 'display(await lab.interval([[12, 15, 9], [20, 18], [11, 14, 13, 10], [17], [12, 19]]));',
  },
  verdict: {
    about: 'Applies one rule to what was printed and what was measured: a claim is supported, refuted or open.',
    parameters: { statements: 'the statements of the claim, each with what its comparisons say' },
    returns: '"supported" | "refuted" | "open"',
    result:
      'A statement about `every` comparison is refuted by one against it and supported if all measured ones are for ' +
      'it; one about `some` is supported by one measured for it and refuted if all are against it. A claim is ' +
      'refuted if one of its statements is, supported if all are. A comparison that is only printed supports nothing.',
    example: `const statements = [{holds: "every", printed: ["for"], measured: ["for", "nothing"]}];
display(await lab.verdict(statements));`,
  },
  chanceAtMost: {
    about:
      'Returns the largest difference of two means that chance can give at 5 %, whatever the spread of the values.',
    parameters: { means: 'how many independent values each mean has, and the range of a value' },
    returns: 'number',
    result: 'With `tests`, after correction for that many tests.',
    example: 'display(await lab.chanceAtMost({n: 1856, range: 100}));',
  },
  paper: {
    about: "Returns the paper's numbers: every value of its tables, what its figures show, and its claims.",
    parameters: {},
    returns:
      '{title: string, year: number, models: Record<string, string>, conditions: string[], measures: {id: string, ' +
      'label: string, unit: string, better: "higher" | "lower", here: string, scale: number}[], metricTables: ' +
      'object[], lengthTables: object[], judgeTable: object, dataTable: object, trainingTable: object, ' +
      'decodingTable: object, plateaus: object[], figures: object[], claims: object[]}',
    result:
      'Values are as printed, those of `metricTables` in the order of `measures`. `here` is the name of a measure in ' +
      'summaries of runs, whose value times `scale` has the unit of the paper.',
    example: `const {metricTables, measures} = await lab.paper();
display(measures.map(({label}, i) => [label, metricTables[0].values.raw[i]]));`,
  },
  measured: {
    about: 'Lists the measurements that come with the lab.',
    parameters: {},
    returns: '{results: string[], runs: string[], logs: object[], lengths: object[]}',
    result:
      '`logs` says for each file of `runs` what was trained, on which text, and what its losses measure; `lengths` ' +
      'has the tokens of an utterance of whole datasets, as counted by `lab lengths`.',
    errors: { network: 'the list could not be loaded' },
    example: 'display(await lab.measured());',
  },
  result: {
    about:
      'Returns the summary of a committed evaluation run by its file. `summary` does the same by the id of any run.',
    parameters: { file: 'a name from `measured().results`' },
    returns: 'RunSummary',
    errors: { 'missing-file': 'the lab has no measurement of this name', network: 'it could not be loaded' },
    example: 'display((await lab.result("built-in.json")).cells);',
  },
  runLog: {
    about: "Returns a training run's log as JSON lines.",
    parameters: { file: 'a name from `measured().runs`' },
    returns: 'string',
    errors: { 'missing-file': 'the lab has no log of this name', network: 'it could not be loaded' },
    example: 'const rows = (await lab.runLog("esconv-raw.jsonl")).trim().split("\\n").map((line) => JSON.parse(line));',
  },
  conversations: {
    about: 'Returns the conversations kept in this browser, if you allow it.',
    parameters: {},
    returns: '{title: string, messages: {speaker: string, text: string, createdAt: number}[]}[]',
    errors: { refused: REFUSED },
    example: 'const conversations = await lab.conversations();',
  },
} satisfies Record<string, FunctionDescription>;
