import { LabError } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { widenedSize } from '../../core/formats/export/widened.ts';
import { chooseVariant } from '../transformers/variants.ts';
import { isModest } from './memory.ts';

/** A graph without weights is smaller; others hold their weights themselves and are not of this lab's exporter. */
const LARGEST_GRAPH = 8e6;

/**
 * The bytes of a model's weights when they are widened for the processor; undefined if another exporter wrote it, its
 * weights are not quantised, or they would take too much memory. Of the weights only the graph is fetched.
 */
export async function widenedBytes(files: ModelFiles, options: LoadOptions = {}): Promise<number | undefined> {
  const { graph } = chooseVariant(files, 'wasm', false);
  const size = files.list.find(({ path }) => path === graph)?.bytes ?? Infinity;
  if (size > LARGEST_GRAPH) return undefined;
  try {
    await files.ensure([graph], options);
    const bytes = widenedSize(files.name, new Uint8Array(await (await files.open(graph)).arrayBuffer()));
    return isModest(bytes) ? bytes : undefined;
  } catch (error) {
    if (error instanceof LabError && error.code === 'unsupported') return undefined;
    throw error;
  }
}
