import { createInlineBertScore, createMetrics, type Metrics } from '../lab/index.ts';
import { loadLocalWordNet } from './wordnet-file.ts';

/** All text metrics on this thread, for Node; WordNet and the encoder are loaded when first needed. */
export function createNodeMetrics(): Metrics {
  const bertScorer = createInlineBertScore(async (folder) =>
    (await import('./encoder-node.ts')).loadFolderEncoder(folder),
  );
  return createMetrics({ loadWordNet: loadLocalWordNet, bertScorer });
}
