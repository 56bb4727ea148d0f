import { DATA_DESCRIPTIONS } from './data-descriptions.ts';
import type { FunctionDescription } from './description.ts';
import type { NotebookFunctionName } from './functions.ts';

const MODEL_ERRORS = {
  refused: 'the model is behind an endpoint and you did not allow its use',
  'worker-lost': 'the browser ended the worker of the model',
} as const;
const NO_SCORER = 'the engine gives no log-probabilities';
const NO_TOKENIZER = 'the chosen model has no tokenizer here; endpoints have none';

export const DESCRIPTIONS: Record<NotebookFunctionName, FunctionDescription> = {
  ...DATA_DESCRIPTIONS,
  compress: {
    about: 'Compresses texts, one by one.',
    parameters: {
      texts: 'what to compress',
      options: 'the compression, and for KeyPOS the tagger and the parts of speech to keep',
    },
    returns:
      '{text: string, spans: {start: number, end: number, keep: boolean, tag?: Upos}[], asWritten?: "language"}[]',
    result:
      'For each text, what is left of it and the spans that explain it. `asWritten` marks a text that is not English ' +
      'and stays whole.',
    example: `const [{text}] = await lab.compress(["I am so tired of all this."], {representation: "keypos"});
display(text);`,
  },
  prepareContext: {
    about: 'Builds the messages that a model receives for a conversation, within a budget of tokens.',
    parameters: { request: 'the conversation, its compression and the budget' },
    returns:
      '{messages: Message[], sources: number[][], compressed: Compressed[], tokens: number[], fit: {from: number, ' +
      'kept: number, leftOut: number, unopened: number, tokens: number}, exact: boolean}',
    result:
      'The same messages as in chat and in runs. `sources` has the utterances in each message, `tokens` the tokens ' +
      'of each utterance as it is sent. The oldest utterances are left out first; `fit.unopened` counts what the ' +
      'supporter says before the seeker, if the chat template does not allow that.',
    errors: { 'bad-config': 'not even the newest utterance fits the budget' },
    example: `const utterances = [{speaker: "seeker", text: "I can't sleep."}];
display(await lab.prepareContext({utterances, options: {representation: "raw"}, budget: 256}));`,
  },
  shorten: {
    about: 'Shortens a whole conversation by a method for histories.',
    parameters: {
      utterances: 'the conversation, oldest first',
      method: 'how to shorten it: one of the forms of `History` below',
      options: 'which tokenizer counts',
    },
    returns:
      '{id: string, name: string, sent: (string | null)[], summary?: string, messages: Message[], cost: ' +
      '{tokensBefore: number, tokensAfter: number, leftOut: number, milliseconds: number}}',
    result:
      '`sent` has a text for each utterance, or null if it is left out; `summary` replaces those, if the ' +
      'method writes one.',
    errors: { ...MODEL_ERRORS, unsupported: `the method needs scores, and ${NO_SCORER}` },
    example: `const [{utterances}] = await lab.dialogues();
const {messages, cost} = await lab.shorten(utterances, {method: "last", k: 4});
display(cost);`,
  },
  countTokens: {
    about: 'Counts the tokens of texts.',
    parameters: {
      texts: 'what to count',
      options: 'which tokenizer counts, and whether the texts are words or rendered prompts',
    },
    returns: 'number[]',
    errors: { unsupported: NO_TOKENIZER },
    example: 'display(await lab.countTokens(["I hear you."], {tokenizer: "mistral"}));',
  },
  renderPrompt: {
    about: "Renders messages with the chosen model's chat template.",
    parameters: { messages: 'the conversation as messages' },
    returns: 'string',
    result: 'If a message contains the text of a control token, an invisible mark (U+FDD0) keeps it from becoming one.',
    errors: { unsupported: NO_TOKENIZER },
    example: 'display(await lab.renderPrompt([{role: "user", content: "Hello"}]));',
  },
  model: {
    about: 'Loads the chosen model if necessary and describes it. The page asks the person before a model is fetched.',
    parameters: {},
    returns: '{modelId: string, engine: string, device: string, contextWindow: number | null, note?: string}',
    progress: '{stage: string, loadedBytes: number, totalBytes: number}',
    errors: MODEL_ERRORS,
    example: 'display(await lab.model());',
  },
  generate: {
    about: 'Generates a reply.',
    parameters: {
      messages: 'the conversation as messages',
      decoding: 'how to sample; 32 tokens unless you say otherwise',
    },
    returns: '{text: string, reason: "stop" | "length" | "content-filter", stats: ReplyStats}',
    progress: 'the reply so far, a string',
    errors: MODEL_ERRORS,
    example: `const reply = await lab.generate([{role: "user", content: "I failed my exam."}], {seed: 7});
display(reply.text);`,
  },
  score: {
    about: 'Returns the log-probability of each token of a text, in nats.',
    parameters: { text: 'a rendered prompt, or words', options: 'which of the two it is' },
    returns: '{id: number, text: string, logprob: number | null, likeliest?: number}[]',
    result: 'Nothing predicts the first token, so its `logprob` is null.',
    errors: { ...MODEL_ERRORS, unsupported: NO_SCORER },
    example: 'display(await lab.score("I am fine.", {form: "words"}));',
  },
  replyLoss: {
    about: 'Scores a reply, its end-of-turn token included, given the messages before it.',
    parameters: { messages: 'what came before', reply: 'the reply to score' },
    returns: '{tokens: TokenScore[], loss: number, promptTokens: number}',
    result:
      '`loss` is the mean negative log-likelihood in nats; its exponential is the perplexity, defined as in runs.',
    errors: { ...MODEL_ERRORS, unsupported: `${NO_SCORER}, or its chat template changes a reply` },
    example: `const {loss} = await lab.replyLoss([{role: "user", content: "I'm sad."}], "I'm sorry to hear that.");
display(Math.exp(loss));`,
  },
  measure: {
    about: 'Computes all text metrics of hypotheses and their references.',
    parameters: { pairs: 'hypotheses and references', options: 'set `meteor` to false to avoid loading WordNet' },
    returns: '{pairs: {id: string | number, scores: PairScores, counts: PairCounts}[], corpus: CorpusScores}',
    progress: '{done: number, total: number}',
    errors: { network: 'WordNet could not be loaded' },
    example: `const {pairs, corpus} = await lab.measure([{id: 1, hyp: "I hear you.", ref: "I am here for you."}]);
display(pairs[0].scores.nltk_meteor);`,
  },
  judgeReply: {
    about: "Asks the chosen model to score a reply on the paper's four criteria, several times.",
    parameters: { item: 'the reply and its context', options: 'how often to ask, and how to sample' },
    returns:
      '{scores: Scores | null, variance: Scores | null, rounds: Scores[], answers: {round: number, attempt: ' +
      'number, text: string}[], refused: number, unreadable: number, repaired: number}',
    result: '`scores` is the mean over the rounds, null if no answer could be read.',
    errors: MODEL_ERRORS,
    example: `const context = [{speaker: "seeker", text: "I failed my exam."}];
display(await lab.judgeReply({context, candidate: "What happened?"}, {repeats: 3}));`,
  },
  weightedScores: {
    about: 'Scores a reply by the probability that the model gives to each number from 0 to 5.',
    parameters: { item: 'the reply and its context' },
    returns: 'Scores',
    errors: { ...MODEL_ERRORS, unsupported: NO_SCORER },
    example: `const context = [{speaker: "seeker", text: "I failed my exam."}];
display(await lab.weightedScores({context, candidate: "What happened?"}));`,
  },
  compareReplies: {
    about: 'Asks the chosen model which of two replies is better, in both orders.',
    parameters: { context: 'what came before', first: 'one reply', second: 'the other' },
    returns:
      '{choice: "first" | "second" | "tie" | null, forward: "a" | "b" | "tie" | null, swapped: "a" | "b" | "tie" | ' +
      'null}',
    result: '`choice` is a tie if the two orders disagree, null if an answer could not be read.',
    errors: MODEL_ERRORS,
    example: `const context = [{speaker: "seeker", text: "I failed my exam."}];
display(await lab.compareReplies(context, "What happened?", "Cheer up."));`,
  },
  fineTune: {
    about:
      'Trains a small LoRA adapter on the embedded model, with early stopping and checkpoints if you ask for them.',
    parameters: { task: 'the dialogues and the settings' },
    returns:
      '{id: string, parameters: number, rows: MetricsRow[], skipped: number, truncated: number, lora: LoraConfig, ' +
      'device: string, stopped: boolean, best: {loss: number, update: number} | null, reason: "finished" | ' +
      '"no-better" | "stopped", resumedAt: number}',
    result:
      'The adapter stays in the page until the next one; `id` names it. `rows` has the loss of each update ' +
      '(`trainLoss`) and of each evaluation on `heldOut` (`evalLoss`); if there are any, the adapter is that of ' +
      'the lowest one. With `keep`, a name, checkpoints survive a reload: the same task resumes, `fresh: true` ' +
      'starts over.',
    progress: 'what happened: the preparation, an update or an evaluation with its loss, or a checkpoint',
    errors: {
      'bad-data': 'no dialogue has anything to train on, or the loss diverges',
      'bad-config': 'the run stored under this name has other data or settings',
      busy: 'another tab is training under this name',
      unsupported: 'the device cannot run the step',
      'worker-lost': 'the browser ended the worker for lack of memory',
    },
    example: `const dialogues = (await lab.dialogues()).slice(0, 4);
const {id} = await lab.fineTune({dialogues, maxSteps: 4});`,
  },
  trainings: {
    about: 'Lists the training runs whose checkpoints this browser keeps, the latest first.',
    parameters: {},
    returns:
      '{name: string, updates: number, total: number, best: {loss: number, update: number} | null, ended: boolean, ' +
      'savedAt: number}[]',
    result: '`name` is what `keep` was; `updates` of `total` were made; `savedAt` is in milliseconds since 1970.',
    errors: { unsupported: 'this browser stores nothing for the page' },
    example: 'display(await lab.trainings());',
  },
  forgetTraining: {
    about: 'Deletes the checkpoint that this browser keeps of a training run.',
    parameters: { name: 'the name of the run' },
    returns: 'void',
    errors: { unsupported: 'this browser stores nothing for the page' },
    example: 'await lab.forgetTraining("my run");',
  },
  generateTuned: {
    about: 'Generates a reply of the model with an adapter of `fineTune` merged in.',
    parameters: { id: 'the adapter', messages: 'the conversation as messages', decoding: 'how to sample' },
    returns: '{text: string, reason: "stop" | "length" | "content-filter", stats: ReplyStats}',
    result: 'The adapter is added to your models as "Tuned in a notebook" and replaces the previous one.',
    progress: 'the reply so far, a string',
    errors: { 'not-found': 'the adapter is no longer in memory' },
    example: `const {id} = await lab.fineTune({dialogues: (await lab.dialogues()).slice(0, 4), maxSteps: 4});
display((await lab.generateTuned(id, [{role: "user", content: "I failed my exam."}])).text);`,
  },
};
