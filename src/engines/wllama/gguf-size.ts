import { LabError } from '../../core/error.ts';
import { readGgufExtent } from '../../core/formats/gguf/read.ts';
import type { ByteSource } from '../../core/formats/source.ts';

/**
 * Checks the length of a GGUF that was fetched without a known size or hash; undefined if it is right. An unknown
 * version is left to llama.cpp.
 */
export async function ggufSizeFault(source: ByteSource): Promise<string | undefined> {
  const head = await source.read(0, Math.min(8, source.size));
  const version = head.length === 8 ? new DataView(head.buffer, head.byteOffset).getUint32(4, true) : 0;
  if (version !== 2 && version !== 3) return undefined;
  try {
    const { from, to } = await readGgufExtent(source);
    if (source.size < from)
      return `It is truncated: ${source.size} bytes were received, but its header requires ${from}.`;
    if (source.size > to)
      return `It is too long: ${source.size} bytes were received, but its header implies only ${to}.`;
    return undefined;
  } catch (error) {
    if (error instanceof LabError && error.code === 'bad-file') return error.detail.what;
    throw error;
  }
}
