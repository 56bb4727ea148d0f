import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { diskFolder } from '../../trainer/files/sink.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';

/**
 * Exports a checkpoint as q4, with 8 bits in the matrices that have 8 bits in the graph for WebGPU too, so that this
 * graph computes the same, without rounding anything again.
 */
export async function exportExact(source: string, out: string): Promise<void> {
  const { checkpoint, close } = await openCheckpoint(source);
  const eightBits = (tensor: string): boolean => /\.(o|down)_proj\./.test(tensor);
  const about = { dtype: 'q4', name: 'tiny', source: 'test', licence: 'none' } as const;
  await exportOnnx(checkpoint, diskFolder(out), { ...about, eightBits });
  await close();
}
