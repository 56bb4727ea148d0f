import { LabError } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { widenedSize } from '../../core/formats/export/widened.ts';
import { smallGraph } from '../exported-files.ts';
import { chooseVariant } from '../transformers/variants.ts';
import { isModest } from './memory.ts';

/**
 * The bytes of a model's weights when they are widened for the processor; undefined if another exporter wrote it, its
 * weights are not quantised, or they would take too much memory. Of the weights only the graph is fetched.
 */
export async function widenedBytes(files: ModelFiles, options: LoadOptions = {}): Promise<number | undefined> {
  const graph = await smallGraph(files, chooseVariant(files, 'wasm', false).graph, options);
  if (!graph) return undefined;
  try {
    const bytes = widenedSize(files.name, graph);
    return isModest(bytes) ? bytes : undefined;
  } catch (error) {
    if (error instanceof LabError && error.code === 'unsupported') return undefined;
    throw error;
  }
}
