import { z } from 'zod';
import { LabError } from '../error.ts';
import { planSchema, type EvaluationPlan } from '../response/plan.ts';
import { recordSchema, type ResultRecord } from '../response/record.ts';

export const RUN_FORMAT = 'solace-lab-run';

const runFileSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  version: z.literal(1),
  plan: planSchema,
  /** Records that the plan asks for. */
  total: z.int().nonnegative(),
  records: z.array(recordSchema),
});

/** A run in one file, as the page exports and imports it. */
export type RunFile = z.output<typeof runFileSchema>;

export function writeRunFile(plan: EvaluationPlan, total: number, records: readonly ResultRecord[]): string {
  return JSON.stringify({ format: RUN_FORMAT, version: 1, plan, total, records: [...records] } satisfies RunFile);
}

/** Reads an exported run. @throws LabError `bad-file` naming the first field at fault */
export function parseRunFile(text: string, where: string): RunFile {
  const refuse = (what: string, cause?: unknown) =>
    new LabError({ code: 'bad-file', where, what, todo: 'Choose a .json file that was exported on the page of runs.' }, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse('It is not JSON.', error);
  }
  const parsed = runFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue?.path.join('.') || 'It is no run'}: ${issue?.message ?? 'not as expected'}.`);
}
