import type { FileSink } from '../export/sink.ts';

/** A float32 tensor to be written. */
export interface FloatTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/**
 * Writes float32 tensors as a safetensors file: eight bytes of length, a JSON header padded with spaces to a multiple of
 * eight, then the data without gaps, in the order given.
 */
export async function writeSafetensors(file: FileSink, tensors: readonly FloatTensor[], metadata: Record<string, string> = {}): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  await file.write(start);
  for (const { data } of tensors) await file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
