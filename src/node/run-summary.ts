import { cpus } from 'node:os';
import type { EvaluationPlan } from '../core/evaluation/plan.ts';
import { planJobs } from '../core/evaluation/runner.ts';
import type { SampledTurn } from '../core/evaluation/turns.ts';
import type { RunVerdicts } from '../core/judge/run-verdict.ts';
import { aggregate } from '../core/table/aggregate.ts';
import type { RunSummary } from '../core/table/summary.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Writes and returns the summary of a run's folder, with the scores of its latest judge unless one is given.
 * @param machine where the replies were written; by default as the summary before says
 */
export async function summariseFolder(
  folder: RunFolder,
  plan: EvaluationPlan,
  turns: readonly SampledTurn[],
  { machine, judging }: { machine?: string; judging?: RunVerdicts },
): Promise<RunSummary> {
  const summary = aggregate(plan, folder.records, {
    machine: machine ?? (await folder.machine()) ?? thisMachine(),
    expected: planJobs(plan, turns).length,
    judging: judging ?? folder.judgings.all().findLast(({ verdicts }) => verdicts.length > 0),
  });
  await folder.writeSummary(summary);
  return summary;
}

/** This machine, as a summary names it. */
export function thisMachine(): string {
  const list = cpus();
  return `${list.length} x ${list[0]?.model.trim() ?? 'processor'}, Node ${process.versions.node}, onnxruntime-node`;
}
