import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDataset } from '../../dataset/read.ts';
import type { Dialogue } from '../../dataset/dialogue.ts';
import type { LoadedModel } from '../../engine/engine.ts';
import { EndpointModelClient } from '../../engine/openai/openai.ts';
import { normaliseBaseUrl } from '../../engine/openai/request.ts';
import { LabError } from '../../error.ts';
import { parsePlan, type EvaluationPlan, type PlanModel } from '../../response/plan.ts';
import { recordKey } from '../../response/record.ts';
import { planJobs, runPlan, type RunProgress } from '../../response/runner.ts';
import { sampleTurns } from '../../response/turns.ts';
import { aggregate } from '../../table/aggregate.ts';
import { compress } from '../compression.ts';
import { loadFolderModel } from '../folder-model.ts';
import { createNodeMetrics } from '../metrics-node.ts';
import { openRunFolder } from '../run-folder.ts';
import { choose, parseOptions, readJson, required, wholeNumber, type Command } from './command.ts';

const USAGE = '--plan FILE --out FOLDER [--dataset FILE] [--folder MODEL-ID=FOLDER]… [--concurrency N] [--threads N]';

/** The built-in dialogues of this checkout. */
const BUILT_IN = fileURLToPath(new URL('../../../public/dialogues/solace-72.json', import.meta.url));

/** Carries out an evaluation plan; started again on the same folder, it goes on where it was. */
export const evaluateCommand: Command = {
  summary: "Carry out an evaluation plan, resumable; a line a cell. An endpoint's key is read from SOLACE_API_KEY.",
  usage: USAGE,
  async run(args, print, signal) {
    const text = { type: 'string' } as const;
    const options = parseOptions(args, { plan: text, out: text, dataset: text, folder: { type: 'string', multiple: true }, concurrency: text, threads: text }, USAGE);
    const path = required('plan', options.plan, USAGE);
    const plan = parsePlan(await readJson(path), path);
    const folders = new Map((options.folder ?? []).map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]));
    for (const id of folders.keys()) choose('folder', id, plan.models.map((model) => model.id));
    const threads = wholeNumber('threads', options.threads);
    const dialogues = await readPlanDataset(plan, options.dataset);
    const turns = sampleTurns(dialogues, plan.sample);
    const run = await openRunFolder(required('out', options.out, USAGE), plan);
    const metrics = createNodeMetrics();
    const report = progressReporter();
    try {
      const events = runPlan({
        plan,
        turns,
        done: new Set(run.records.map(recordKey)),
        concurrency: wholeNumber('concurrency', options.concurrency) ?? 8,
        openModel: (model, stop) => openModel(model, folders, threads, stop),
        compress: async (texts, representation) => (await compress(texts, { representation, tagger: plan.tagger })).map((each) => each.text),
        async measure(hyp, ref, stop) {
          const { pairs } = await metrics.measure([{ id: 0, hyp, ref }], { meteor: plan.metrics.meteor, signal: stop, ...(plan.metrics.bertscore && { bertscore: {} }) });
          return { ...pairs[0]?.scores };
        },
        signal,
      });
      for await (const event of events) {
        if (event.type === 'record') {
          await run.append(event.record);
          run.records.push(event.record);
        }
        report(event.type === 'loading' ? `loading ${event.model}` : event.record.model, event.progress);
      }
      const summary = aggregate(plan, run.records, { machine: machine(), expected: planJobs(plan, turns).length });
      await run.writeSummary(summary);
      for (const cell of summary.cells) print(JSON.stringify(cell));
      for (const { words } of summary.tests) process.stderr.write(`${words}\n`);
    } finally {
      metrics.terminate();
      await run.close();
    }
  },
};

async function readPlanDataset({ dataset }: EvaluationPlan, override: string | undefined): Promise<Dialogue[]> {
  const path = override ?? (dataset.source === 'built-in' ? BUILT_IN : dataset.source);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', where: path, what: 'The dataset cannot be read', todo: 'Say where it lies with --dataset.' });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (dataset.sha256 !== undefined && dataset.sha256 !== sha256) {
    throw new LabError({ code: 'hash-mismatch', where: path, what: "It is not the plan's dataset: the SHA-256 is another.", todo: 'Take the file that the plan was made with.' });
  }
  const blob = new Blob([bytes]);
  const { dialogues, badCount } = await readDataset([{ name: basename(path), size: blob.size, stream: () => blob.stream() }]);
  if (badCount > 0) process.stderr.write(`${badCount} malformed dialogues are left out.\n`);
  return dialogues;
}

async function openModel(model: PlanModel, folders: ReadonlyMap<string, string>, threads?: number, signal?: AbortSignal): Promise<LoadedModel> {
  if (model.kind === 'folder') {
    const { template } = model;
    return loadFolderModel(folders.get(model.id) ?? model.folder, { template, ...(threads !== undefined && { threads }), ...(signal && { signal }) });
  }
  if (model.kind === 'endpoint') {
    return new EndpointModelClient({ baseUrl: normaliseBaseUrl(model.baseUrl), model: model.model, modelId: model.id, contextWindow: null, apiKey: process.env['SOLACE_API_KEY'] });
  }
  throw new LabError({ code: 'unsupported', where: model.name, what: 'This model lives in a browser.', todo: 'Give its folder as a model of kind "folder", or run the plan in the page.' });
}

function machine(): string {
  const list = cpus();
  return `${list.length} x ${list[0]?.model.trim() ?? 'processor'}, Node ${process.versions.node}, onnxruntime-node`;
}

/** A line every ten seconds, and the last one. */
function progressReporter(): (stage: string, progress: RunProgress) => void {
  let last = 0;
  return (stage, { done, total, remainingMs }) => {
    if (Date.now() - last < 10_000 && done < total) return;
    last = Date.now();
    const rest = remainingMs === null ? '' : `, about ${Math.ceil(remainingMs / 1000)} s left`;
    process.stderr.write(`${stage}: ${done} of ${total}${rest}\n`);
  };
}
