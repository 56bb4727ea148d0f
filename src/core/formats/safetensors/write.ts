import type { FileSink } from '../export/sink.ts';
import type { StoredType } from '../stored.ts';

/** Supported types, under their names in safetensors. */
export const SAFETENSORS_TYPES = ['F32', 'F16', 'BF16'] as const satisfies readonly StoredType[];
export type SafetensorsType = (typeof SAFETENSORS_TYPES)[number];

/** A float32 tensor to write. */
export interface FloatTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** A tensor that is computed when its turn comes; `chunks` is called once and yields exactly its bytes. */
export interface StreamedTensor {
  name: string;
  shape: readonly number[];
  type: SafetensorsType;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Bytes of a tensor. */
export function tensorBytes({ shape, type }: Pick<StreamedTensor, 'shape' | 'type'>): number {
  return shape.reduce((a, b) => a * b, 1) * (type === 'F32' ? 4 : 2);
}

/** Writes float32 tensors in memory as a safetensors file. */
export async function writeSafetensors(
  file: FileSink,
  tensors: readonly FloatTensor[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const streamed = tensors.map(({ name, shape, data }): StreamedTensor => ({
    name,
    shape,
    type: 'F32',
    async *chunks() {
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  }));
  await streamSafetensors(file, streamed, metadata);
}

/**
 * Writes a safetensors file sequentially, without holding a tensor: eight bytes of length, a JSON header padded with
 * spaces to a multiple of eight, then the data without gaps, in the order given.
 */
export async function streamSafetensors(
  file: FileSink,
  tensors: readonly StreamedTensor[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + tensorBytes(tensor);
    header[tensor.name] = { dtype: tensor.type, shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  await file.write(start);
  for (const tensor of tensors) {
    let written = 0;
    for await (const chunk of tensor.chunks()) {
      await file.write(chunk);
      written += chunk.length;
    }
    if (written !== tensorBytes(tensor))
      throw new Error(`The tensor "${tensor.name}" of ${tensorBytes(tensor)} bytes was given ${written}.`);
  }
}
