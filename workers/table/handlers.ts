import type { EvaluationPlan } from '../../src/core/evaluation/plan.ts';
import type { ResultRecord } from '../../src/core/evaluation/record.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { aggregate, type AggregateOptions } from '../../src/core/table/aggregate.ts';
import type { RunSummary } from '../../src/core/table/summary.ts';

/** The methods of the table worker: thousands of resamples would stall the page. */
export type TableApi = {
  aggregate: Method<{ plan: EvaluationPlan; records: ResultRecord[]; options: AggregateOptions }, RunSummary>;
};

export const tableHandlers: Handlers<TableApi> = {
  aggregate: ({ plan, records, options }) => aggregate(plan, records, options),
};
