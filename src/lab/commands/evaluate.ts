import { cpus } from 'node:os';
import type { RetryWait } from '../../engine/retry.ts';
import { parsePlan } from '../../response/plan.ts';
import { recordKey } from '../../response/record.ts';
import { planJobs, runPlan, type RunProgress } from '../../response/runner.ts';
import { sampleTurns } from '../../response/turns.ts';
import { aggregate } from '../../table/aggregate.ts';
import { checkNumbers } from '../check-numbers.ts';
import { createNodeMetrics } from '../metrics-node.ts';
import { nodeRunParts, readPlanDataset, type Places } from '../plan-parts.ts';
import { openRunFolder } from '../run-folder.ts';
import { choose, parseOptions, required, wholeNumber, type Command } from '../command-line.ts';
import { readJson } from './json.ts';

const USAGE = '--plan FILE (--out FOLDER | --check NUMBERS [--records N]) [--dataset FILE] [--folder MODEL-ID=FOLDER]… [--endpoint-host HOST]… [--concurrency N] [--threads N] [--minutes N]';

/** Under a limit of time all models keep to the same dialogues, a few at a time. */
const DIALOGUES_AT_ONCE = 5;

/** Carries out an evaluation plan; started again on the same folder, it goes on where it was. */
export const evaluateCommand: Command = {
  summary: "Carry out an evaluation plan, resumable, and print a line a cell; or do records of a run again. An endpoint's key is read from SOLACE_API_KEY and sent to hosts named with --endpoint-host.",
  usage: USAGE,
  async run(args, print, signal) {
    const text = { type: 'string' } as const;
    const many = { type: 'string', multiple: true } as const;
    const options = parseOptions(args, { plan: text, out: text, check: text, records: text, dataset: text, folder: many, 'endpoint-host': many, concurrency: text, threads: text, minutes: text }, USAGE);
    const path = required('plan', options.plan, USAGE);
    const plan = parsePlan(await readJson(path), path);
    const places: Places = { folders: new Map((options.folder ?? []).map(splitAssignment)), threads: wholeNumber('threads', options.threads), endpointHosts: options['endpoint-host'] };
    for (const id of places.folders.keys()) choose('folder', id, plan.models.map((model) => model.id));
    const turns = sampleTurns(await readPlanDataset(plan, options.dataset), plan);
    const metrics = createNodeMetrics();
    const parts = { ...nodeRunParts(plan, places, metrics), turns, signal };
    if (options.check !== undefined) {
      for await (const line of checkNumbers(parts, options.check, wholeNumber('records', options.records) ?? 20)) print(JSON.stringify(line));
      return metrics.terminate();
    }
    const minutes = wholeNumber('minutes', options.minutes);
    const late = minutes === undefined ? new AbortController().signal : AbortSignal.timeout(minutes * 60_000);
    const run = await openRunFolder(required('out', options.out, USAGE), plan);
    const report = progressReporter();
    let failure: unknown;
    try {
      const events = runPlan({
        ...parts,
        signal: AbortSignal.any([signal, late]),
        done: new Set(run.records.map(recordKey)),
        concurrency: wholeNumber('concurrency', options.concurrency) ?? 8,
        onWait: reportWait,
        ...(minutes !== undefined && { dialoguesAtOnce: DIALOGUES_AT_ONCE }),
      });
      try {
        for await (const event of events) {
          if (event.type === 'record') await run.append(event.record);
          report(event.type === 'loading' ? `loading ${event.model}` : event.record.model, event.progress);
        }
      } catch (error) {
        // Out of time is no failure. Either way, what is done is summarised, and the same command resumes from there.
        if (!late.aborted || signal.aborted) failure = error;
      }
      const summary = aggregate(plan, run.records, { machine: machine(), expected: planJobs(plan, turns).length });
      await run.writeSummary(summary);
      for (const cell of summary.cells) print(JSON.stringify(cell));
      for (const { words } of summary.tests) process.stderr.write(`${words}\n`);
      if (failure !== undefined) throw failure;
    } finally {
      metrics.terminate();
      await run.close();
    }
  },
};

const splitAssignment = (text: string): [string, string] => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];

export function reportWait({ milliseconds, error }: RetryWait): void {
  process.stderr.write(`${error.message} Trying again in ${Math.ceil(milliseconds / 1000)} s.\n`);
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
