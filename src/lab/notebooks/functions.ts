import { z } from 'zod';
import { corpusId } from '../../core/dataset/built-in.ts';
import { collectReply } from '../../core/engine/collect-reply.ts';
import { requireScorable, requireScorer } from '../../core/engine/capabilities.ts';
import type { TextForm } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { compareReplies, judge, weightedScores } from '../../core/judge/judge.ts';
import { replyPrompt } from '../../core/judge/prompt.ts';
import { replyLikelihood } from '../../core/evaluation/likelihood.ts';
import type { CountTokens } from '../../core/compression/history/history.ts';
import { chanceAtMost, verdictOn } from '../../core/statistics/verdict.ts';
import type { TokenizerId } from '../../core/compression/token-length.ts';
import { plainText } from '../../core/tokenizer/plain-text.ts';
import { fitted } from '../../core/context/assemble.ts';
import { viewCompressed } from '../compressed-context.ts';
import { conversations } from '../conversations.ts';
import { needsModel, shorten } from '../history.ts';
import { listMeasured, readMeasured } from '../published-results.ts';
import { committedSummary } from '../runs/committed-runs.ts';
import {
  chance,
  compression,
  contextRequest,
  corpusPart,
  counting,
  decoding,
  dialogueQuery,
  dialogues,
  files,
  groups,
  history,
  identifier,
  judged,
  judging,
  LARGEST_FILE,
  messages,
  name,
  ownToo,
  pairs,
  recordQuery,
  scoring,
  statements,
  tableUnit,
  text,
  texts,
  training,
  utterances,
} from './arguments.ts';
import { datasetForNotebook, datasetsForNotebook, modelsForNotebook } from './datasets.ts';
import { define, type NotebookFunction } from './define.ts';
import { recordsForNotebook, runsForNotebook, summaryForNotebook } from './runs.ts';
import type { NotebookServices } from './services.ts';
import { deleteTraining, keptTrainings } from '../training.ts';
import { replyTuned, trainForNotebook } from './training.ts';

/**
 * Everything that a notebook can ask of the lab. A notebook cannot reach what is not in this table: no keys, no
 * settings, no files, no addresses. Arguments and results are plain data. descriptions.ts says what each function does.
 */
export const NOTEBOOK_FUNCTIONS = {
  compress: define(z.tuple([texts, compression]), ([given, options], { signal, services }) =>
    services.compress(given, options, signal),
  ),

  prepareContext: define(z.tuple([contextRequest]), async ([{ newestWhole, ...request }], { signal, services }) => {
    const newest = newestWhole ? ('as-written' as const) : undefined;
    const view = await viewCompressed({ ...request, newest }, await services.tokenizer(), signal, services.compress);
    const { messages, sources, utterances: seen, fit, exact } = fitted(view);
    return { messages, sources, compressed: view.compressed, tokens: seen.map(({ tokens }) => tokens), fit, exact };
  }),

  shorten: define(
    z.tuple([utterances, history, counting.prefault({})]),
    async ([given, spec, { tokenizer }], { model, services, signal }) =>
      shorten(
        given,
        spec,
        { model, countTokens: await counterOf(tokenizer, services, signal), compress: services.compress },
        signal,
      ),
    { cached: ([, spec]) => (needsModel(spec) ? 'model' : null) },
  ),

  countTokens: define(
    z.tuple([texts, counting.prefault({})]),
    async ([given, { tokenizer, form }], { services, signal }) =>
      (await counterOf(tokenizer, services, signal, form))(given),
  ),

  renderPrompt: define(z.tuple([messages]), async ([given], { services }) =>
    (await services.tokenizer()).renderPrompt(given),
  ),

  model: define(z.tuple([]), async (_, { model, emit }) => (await model(emit)).info),

  generate: define(
    z.tuple([messages, decoding.prefault({})]),
    async ([given, how], context) =>
      collectReply((await context.model()).stream(given, how, context.signal), context.emit),
    { cached: 'model' },
  ),

  score: define(
    z.tuple([text, scoring.prefault({})]),
    async ([given, { form }], { model, signal }) =>
      requireScorer(await model()).score(form === 'prompt' ? given : plainText(given), signal),
    { cached: 'model' },
  ),

  replyLoss: define(
    z.tuple([messages, text]),
    async ([given, reply], { model, signal }) => {
      const { sum, scores, promptTokens } = await replyLikelihood(requireScorable(await model()), given, reply, signal);
      return { tokens: scores, loss: sum / scores.length, promptTokens };
    },
    { cached: 'model' },
  ),

  measure: define(
    z.tuple([pairs, z.object({ meteor: z.boolean().optional() }).prefault({})]),
    ([given, options], { signal, emit, services }) =>
      services.measure(given, { ...options, signal, onProgress: (done, total) => emit({ done, total }) }),
    { cached: 'arguments' },
  ),

  dialogues: define(
    z.tuple([corpusPart.prefault({})]),
    async ([{ part }], { data }) => (await data.getDataset(corpusId(part))).dialogues,
  ),
  datasets: define(z.tuple([ownToo.prefault({})]), ([options], context) => datasetsForNotebook(options, context)),
  dataset: define(z.tuple([identifier, dialogueQuery.prefault({})]), ([id, query], context) =>
    datasetForNotebook(id, query, context),
  ),
  readDataset: define(z.tuple([files]), ([given], { signal, services }) => {
    const large = given.find(({ size }) => size > LARGEST_FILE);
    if (!large) return services.readDataset(given, signal);
    throw new LabError({
      code: 'unsupported',
      where: large.name,
      what: 'This file is too large for a notebook.',
      todo: 'Use a part of it, or import it as a dataset and evaluate it there.',
    });
  }),
  statistics: define(z.tuple([dialogues]), ([given], { signal, services }) => services.statistics(given, signal)),

  judgeReply: define(
    z.tuple([judged, judging.prefault({})]),
    async ([item, options], { model, signal }) => judge(await model(), replyPrompt(item), { ...options, signal }),
    { cached: 'model' },
  ),
  weightedScores: define(
    z.tuple([judged]),
    async ([item], { model, signal }) => weightedScores(await model(), replyPrompt(item), signal),
    { cached: 'model' },
  ),
  compareReplies: define(
    z.tuple([utterances, text, text]),
    async ([context, first, second], { model, signal }) =>
      compareReplies(await model(), context, first, second, { signal }),
    { cached: 'model' },
  ),

  fineTune: define(z.tuple([training]), async ([task], { signal, emit, mayFetchBase }) => {
    await mayFetchBase();
    return trainForNotebook({ ...task, signal, onProgress: emit });
  }),
  trainings: define(z.tuple([]), () => keptTrainings()),
  forgetTraining: define(z.tuple([name]), ([kept]) => deleteTraining(kept)),
  generateTuned: define(z.tuple([name, messages, decoding.prefault({})]), ([id, given, how], context) =>
    collectReply(replyTuned(id, given, how, context.signal), context.emit),
  ),

  runs: define(z.tuple([ownToo.prefault({})]), ([options], context) => runsForNotebook(options, context)),
  records: define(z.tuple([identifier, recordQuery.prefault({})]), ([id, query], context) =>
    recordsForNotebook(id, query, context),
  ),
  summary: define(z.tuple([identifier, tableUnit.prefault({})]), ([id, options], context) =>
    summaryForNotebook(id, options, context),
  ),
  models: define(z.tuple([ownToo.prefault({})]), ([options], context) => modelsForNotebook(options, context)),

  interval: define(z.tuple([groups]), ([given], { signal, services }) => services.interval(given, signal), {
    cached: 'arguments',
  }),

  verdict: define(z.tuple([statements]), ([given]) => Promise.resolve(verdictOn(given))),
  chanceAtMost: define(z.tuple([chance]), ([given]) => Promise.resolve(chanceAtMost(given))),

  paper: define(z.tuple([]), async () => (await import('./paper.json', { with: { type: 'json' } })).default),
  measured: define(z.tuple([]), async () => {
    const [{ results, runs }, { default: counted }] = await Promise.all([
      listMeasured(),
      import('./measurements.json', { with: { type: 'json' } }),
    ]);
    return { results, runs, ...counted };
  }),
  result: define(z.tuple([name]), ([file]) => committedSummary(file.replace(/\.json$/, ''))),
  runLog: define(z.tuple([name]), ([file]) => readMeasured('runs', file)),

  conversations: define(z.tuple([]), async (_, { require }) => {
    await require('conversations');
    return (await conversations().all()).map((each) => ({
      title: each.title,
      messages: [...each.messages.values()].map(({ speaker, text: said, createdAt }) => ({
        speaker,
        text: said,
        createdAt,
      })),
    }));
  }),
} satisfies Record<string, NotebookFunction>;

/** The name of a function that notebooks can call. */
export type NotebookFunctionName = keyof typeof NOTEBOOK_FUNCTIONS;

/** The function with the name that a notebook gave; undefined if there is none. */
export function functionNamed(name: string): NotebookFunction | undefined {
  const table: Record<string, NotebookFunction> = NOTEBOOK_FUNCTIONS;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

async function counterOf(
  which: TokenizerId | 'model',
  services: NotebookServices,
  signal: AbortSignal,
  form: TextForm = 'words',
): Promise<CountTokens> {
  if (which === 'model') {
    const reader = await services.tokenizer();
    return (given) => reader.countTokens([...given], form);
  }
  return (given) => services.countTokens([...given], which, signal);
}
