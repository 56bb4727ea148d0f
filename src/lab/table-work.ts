import type { EvaluationPlan } from '../response/plan.ts';
import type { ResultRecord } from '../response/record.ts';
import type { Method } from '../rpc/protocol.ts';
import type { Handlers } from '../rpc/server.ts';
import { aggregate, type AggregateOptions } from '../table/aggregate.ts';
import type { RunSummary } from '../table/summary.ts';

/** What the table worker answers: thousands of resamples would hold up the page. */
export type TableApi = {
  aggregate: Method<{ plan: EvaluationPlan; records: ResultRecord[]; options: AggregateOptions }, RunSummary>;
};

export const tableHandlers: Handlers<TableApi> = {
  aggregate: ({ plan, records, options }) => aggregate(plan, records, options),
};
