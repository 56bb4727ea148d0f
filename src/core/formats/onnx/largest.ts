import { DATA_TYPE_CODES } from './types.ts';
import { fieldInt, fieldInts, fieldText, readFields } from './wire.ts';

const { float64, int64, uint64, float32, int32, uint32, int4, uint4, int8, uint8, bool } = DATA_TYPE_CODES;
const BYTES = new Map<number, number>([
  [float64, 8],
  [int64, 8],
  [uint64, 8],
  [float32, 4],
  [int32, 4],
  [uint32, 4],
  [int8, 1],
  [uint8, 1],
  [bool, 1],
  [int4, 0.5],
  [uint4, 0.5],
]);

/**
 * The largest weight of a `.onnx` file, with its bytes inside or in external data. Works for graphs of any exporter.
 * @throws {LabError} `bad-file` when the bytes are not an ONNX model.
 */
export function largestWeight(model: Uint8Array): { name: string; bytes: number } {
  let largest = { name: '', bytes: 0 };
  for (const { field, bytes: graph } of readFields(model)) {
    if (field !== 7) continue;
    for (const { field: part, bytes } of readFields(graph)) {
      if (part !== 5) continue;
      const tensor = sizeOf(bytes);
      if (tensor.bytes > largest.bytes) largest = tensor;
    }
  }
  return largest;
}

function sizeOf(tensor: Uint8Array): { name: string; bytes: number } {
  const dims: number[] = [];
  let type = 0;
  let name = '';
  for (const field of readFields(tensor)) {
    if (field.field === 1) dims.push(...fieldInts(field));
    if (field.field === 2) type = fieldInt(field);
    if (field.field === 8) name = fieldText(field);
  }
  // What is left are the 16-bit types.
  return { name, bytes: Math.ceil(dims.reduce((a, b) => a * b, 1) * (BYTES.get(type) ?? 2)) };
}
