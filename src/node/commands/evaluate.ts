import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../core/error.ts';
import type { EvaluationPlan } from '../../core/evaluation/plan.ts';
import { recordKey } from '../../core/evaluation/record.ts';
import { runPlan } from '../../core/evaluation/runner.ts';
import { sampleTurns } from '../../core/evaluation/turns.ts';
import { cellLines } from '../cell-lines.ts';
import { locateDataset } from '../dataset-file.ts';
import { checkNumbers } from '../reproduce.ts';
import { createNodeMetrics } from '../metrics-node.ts';
import { nodeRunParts, readPlanDataset, type Places } from '../run-dependencies.ts';
import { refuseOverlap } from '../output-path.ts';
import { ifPresent } from '../read-file.ts';
import { openRunFolder, parsePlanFile, PLAN_FILE } from '../run-folder.ts';
import { summariseFolder, thisMachine } from '../run-summary.ts';
import { choose, defineCommand } from '../command-options.ts';
import { readJson } from './json.ts';
import { progressReporter, reportNoResult, reportWait } from './progress.ts';

/** With a time limit, all models work on the same dialogues, a few at a time. */
const DIALOGUES_AT_ONCE = 5;

/** Runs an evaluation plan; started again on the same folder, it resumes. */
export const evaluateCommand = defineCommand({
  summary:
    "Run an evaluation plan, resumably, and print one line per cell, or reproduce records of a run. An endpoint's " +
    'key is read from SOLACE_API_KEY and sent to hosts named with --endpoint-host.',
  operand: 'plan',
  options: {
    plan: {
      kind: 'text',
      value: 'FILE',
      required: true,
      about: 'The plan, as docs/reference/evaluation.md describes it.',
    },
    out: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'none; it is needed unless --check is given',
      about: "The folder of the run. The same command resumes the plan's run there.",
    },
    'roll-out': {
      kind: 'flag',
      about:
        "Let every reply follow the model's own earlier ones, between the seeker's lines: whole dialogues, 20 unless " +
        'the plan says how many. The same as "mode": "roll-out" in the plan.',
    },
    check: {
      kind: 'text',
      value: 'NUMBERS',
      otherwise: 'none',
      about: 'The numbers.jsonl of a run: reproduce some of its records and print the differences.',
    },
    records: { kind: 'count', default: '20', about: 'How many records --check reproduces.' },
    dataset: {
      kind: 'text',
      value: 'FILE',
      otherwise: "the plan's",
      about: "The file of the plan's dataset on this machine.",
    },
    folder: {
      kind: 'text',
      value: 'ID=FOLDER',
      many: true,
      otherwise: "the plan's",
      about: 'The folder of a model of the plan on this machine.',
    },
    'endpoint-host': { kind: 'text', value: 'HOST', many: true, about: 'A host of the plan that may receive the key.' },
    concurrency: { kind: 'count', default: '8', about: 'Concurrent requests to an endpoint.' },
    threads: { kind: 'count', otherwise: 'all cores', about: 'Threads per model on this machine.' },
    minutes: {
      kind: 'count',
      otherwise: 'no limit',
      about: 'Stop after this many minutes, with a summary of what is done.',
    },
    force: { kind: 'flag', about: 'Write into a folder that contains other files, which are kept.' },
  },
  examples: [
    '--plan plan.json --out runs/first',
    '--plan plan.json --out runs/first --folder base=models/base --minutes 30',
    '--plan plan.json --out runs/rolled --roll-out',
    '--plan plan.json --check numbers.jsonl',
  ],
  async run(options, print, signal) {
    const path = options.plan;
    const plan = await parsePlanFile(withMode(await readJson(path), options['roll-out']), path);
    const places: Places = {
      folders: new Map(options.folder.map(splitAssignment)),
      threads: options.threads,
      endpointHosts: options['endpoint-host'],
    };
    for (const id of places.folders.keys())
      choose(
        'folder',
        id,
        plan.models.map((model) => model.id),
      );
    await refuseOutput(options, plan, places);
    const turns = sampleTurns(await readPlanDataset(plan, options.dataset), plan);
    const metrics = createNodeMetrics();
    const parts = { ...nodeRunParts(plan, places, metrics), turns, signal };
    if (options.check !== undefined) {
      for await (const line of checkNumbers(parts, options.check, options.records)) print(JSON.stringify(line));
      metrics.terminate();
      return;
    }
    const { minutes } = options;
    const late = minutes === undefined ? new AbortController().signal : AbortSignal.timeout(minutes * 60_000);
    const run = await openRunFolder(options.out ?? '', plan, options.force);
    const report = progressReporter();
    let failure: { reason: unknown } | undefined;
    try {
      const events = runPlan({
        ...parts,
        signal: AbortSignal.any([signal, late]),
        done: new Set(run.records.map(recordKey)),
        earlier: run.records,
        concurrency: options.concurrency,
        onWait: reportWait,
        ...(minutes !== undefined && { dialoguesAtOnce: DIALOGUES_AT_ONCE }),
      });
      try {
        for await (const event of events) {
          if (event.type === 'record') await run.append(event.record);
          report(event.type === 'loading' ? `loading ${event.model}` : event.record.model, event.progress);
        }
      } catch (error) {
        // Running out of time is not a failure. Either way, what is done is summarised, and the same command resumes.
        if (!late.aborted || signal.aborted) failure = { reason: error };
      }
      const summary = await summariseFolder(run, plan, turns, { machine: thisMachine() });
      const done = { records: run.records.length, failed: failure !== undefined };
      for (const line of cellLines(summary.cells, done)) print(line);
      reportNoResult(
        'records',
        run.records.flatMap(({ error }) => error ?? []),
        run.records.length,
      );
      for (const { words } of summary.tests) process.stderr.write(`${words}\n`);
      if (failure) throw failure.reason;
    } finally {
      metrics.terminate();
      await run.close();
    }
  },
});

/** The plan of a file, as a roll-out if the command asks for one. */
const withMode = (json: unknown, rollOut: boolean): unknown =>
  rollOut && typeof json === 'object' && json !== null ? { ...json, mode: 'roll-out' } : json;

interface Given {
  out?: string | undefined;
  check?: string | undefined;
  plan: string;
  dataset?: string | undefined;
}

/** A run never overwrites its inputs; its own plan may be given again. */
async function refuseOutput(
  { out, check, plan: file, dataset }: Given,
  plan: EvaluationPlan,
  { folders }: Places,
): Promise<void> {
  if (check !== undefined) return;
  if (!out) throw new LabError({ code: 'bad-config', what: '--out is missing.', todo: 'See --help.' });
  const [own, given] = await Promise.all([join(out, PLAN_FILE), file].map((path) => ifPresent(path, realpath(path))));
  await refuseOverlap(out, {
    '--plan': own !== undefined && own === given ? undefined : file,
    '--dataset': dataset ?? locateDataset(plan.dataset.source).path,
    '--folder': [...folders.values(), ...plan.models.flatMap((model) => (model.kind === 'folder' ? model.folder : []))],
  });
}

function splitAssignment(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new LabError({
      code: 'bad-config',
      what: `--folder ${text} does not name a folder.`,
      todo: 'Write --folder ID=FOLDER.',
    });
  return [text.slice(0, at), text.slice(at + 1)];
}
