import type { Embedder } from '../../core/embedding/embedder.ts';
import type { RunDependencies } from '../../core/evaluation/runner.ts';
import type { EvaluationPlan } from '../../core/evaluation/plan.ts';
import type { Compression } from '../compression.ts';
import { historyOfRun } from '../history.ts';
import type { Metrics } from '../metrics.ts';

/**
 * What a plan needs besides its models, both in the page and on the command line: compression with the plan's tagger,
 * its histories and its metrics.
 * @param signal stops the compression; metrics are stopped by the run itself
 */
export function planTools(
  plan: EvaluationPlan,
  {
    compress,
    measure,
    embedder,
  }: { compress: Compression['compress']; measure: Metrics['measure']; embedder?: Embedder | undefined },
  signal?: AbortSignal,
): Pick<RunDependencies, 'compress' | 'openHistory' | 'measure'> {
  const { tagger, metrics } = plan;
  return {
    compress: async (texts, representation) =>
      (await compress(texts, { representation, tagger }, signal)).map(({ text }) => text),
    openHistory: (spec, model) => historyOfRun(spec, model, { tagger, embedder }),
    async measure(hyp, ref, stop) {
      const { pairs } = await measure([{ id: 0, hyp, ref }], {
        meteor: metrics.meteor,
        signal: stop,
        ...(metrics.bertscore && { bertscore: {} }),
      });
      return { ...pairs[0]?.scores };
    },
  };
}
