import { LabError } from '../../core/error.ts';
import { readGgufExtent } from '../../core/formats/gguf/read.ts';
import type { ByteSource } from '../../core/formats/source.ts';

/**
 * Says what is wrong with the length of a GGUF that was fetched without any size or hash to compare it with; undefined
 * where nothing is. A file of a version that is not known here is left to llama.cpp.
 */
export async function ggufSizeFault(source: ByteSource): Promise<string | undefined> {
  const head = await source.read(0, Math.min(8, source.size));
  const version = head.length === 8 ? new DataView(head.buffer, head.byteOffset).getUint32(4, true) : 0;
  if (version !== 2 && version !== 3) return undefined;
  try {
    const { from, to } = await readGgufExtent(source);
    if (source.size < from) return `It is cut short: ${source.size} bytes came, and by its header it has ${from}.`;
    if (source.size > to) return `${source.size} bytes came, and by its header it has only ${to}.`;
    return undefined;
  } catch (error) {
    if (error instanceof LabError && error.code === 'bad-file') return error.detail.what;
    throw error;
  }
}
