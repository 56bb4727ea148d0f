/**
 * The models of the lab for tests and benchmarks, each loaded separately, so that engines can be compared; and how
 * logits are read from a graphics device.
 */
import { Tensor } from 'onnxruntime-common';
import { openBlobStore } from '../../../src/browser/model-store/blob-store.ts';
import { createSampler } from '../../../src/core/engine/sampling.ts';
import { toHalf } from '../../../src/core/formats/float.ts';
import { seededRandom } from '../../../src/core/random/xoshiro128.ts';
import { GpuLogits } from '../../../src/engines/transformers/gpu-logits.ts';
import { GpuVocabulary } from '../../../src/engines/transformers/gpu-vocabulary.ts';
import { GrowingCache } from '../../../src/engines/transformers/kv-cache.ts';
import { KvDecoder } from '../../../src/engines/transformers/kv-decoder.ts';
import { wantedLogits } from '../../../src/engines/transformers/ort-model.ts';
import { MOST_CANDIDATES } from '../../../src/engines/transformers/top-candidates.ts';

export * from '../../../src/core/engine/embedded.ts';
export * from '../../../src/lab/models/adding.ts';
export * from '../../../src/lab/models/list.ts';
export * from '../../../src/lab/models/loading.ts';
export * from '../../../src/lab/models/tokenizers.ts';

/**
 * Where the page stores files.
 *
 * @public
 */
export const storage = { openBlobStore };

/**
 * What tests of the graphics device use, in the page.
 *
 * @public
 */
export const gpu = {
  Tensor,
  createSampler,
  toHalf,
  seededRandom,
  GpuLogits,
  GpuVocabulary,
  MOST_CANDIDATES,
  GrowingCache,
  KvDecoder,
  wantedLogits,
};
