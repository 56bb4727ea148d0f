import { LabError } from '../../error.ts';
import { decodeStored } from '../stored.ts';
import type { ByteSource } from '../source.ts';
import { MLC_FORMATS, type MlcDtype } from './format.ts';
import type { MlcIndex, MlcRecord } from './index-file.ts';
import { mlcTensors, type MlcParameter } from './parameters.ts';
import { dequantiseGroups } from './quantise.ts';

/** Decoded rows of a parameter. */
export interface MlcRows {
  values: Float32Array;
  /** The scale of each group of 32, if the parameter is quantised. */
  scales: Float32Array | null;
}

/** Reads the parameters of a weight folder back. */
export class MlcReader {
  readonly #places = new Map<string, { record: MlcRecord; dataPath: string }>();
  readonly #dtype: MlcDtype;
  readonly #open: (dataPath: string) => Promise<ByteSource>;

  constructor(index: MlcIndex, dtype: MlcDtype, open: (dataPath: string) => Promise<ByteSource>) {
    this.#dtype = dtype;
    this.#open = open;

    for (const { dataPath, records } of index.records)
      for (const record of records) this.#places.set(record.name, { record, dataPath });
  }

  /** Names of the tensors in the index. */
  get names(): string[] {
    return [...this.#places.keys()];
  }

  /** `count` rows from row `start`; a vector is one row. */
  async readRows(parameter: MlcParameter, start: number, count: number): Promise<MlcRows> {
    const [first, second] = mlcTensors(parameter, this.#dtype);
    if (!first) throw new Error(`The parameter ${parameter.module} has no tensor.`);
    if (!second || !MLC_FORMATS[this.#dtype].quantised)
      return { values: await this.#floats(first.name, start, count), scales: null };
    const bytes = await this.#bytes(first.name, start, count);
    const words = new Uint32Array(bytes.slice().buffer);
    const scales = await this.#floats(second.name, start, count);
    return { values: dequantiseGroups({ words, scales }), scales };
  }

  async #floats(name: string, start: number, count: number): Promise<Float32Array> {
    const { record } = this.#place(name);
    const type = record.dtype === 'float16' ? 'F16' : record.format === 'f32-to-bf16' ? 'BF16' : 'F32';
    const bytes = await this.#bytes(name, start, count);
    return decodeStored(type, bytes, (count * record.shape.reduce((a, b) => a * b, 1)) / rowCount(record));
  }

  async #bytes(name: string, start: number, count: number): Promise<Uint8Array> {
    const { record, dataPath } = this.#place(name);
    const row = record.nbytes / rowCount(record);
    return (await this.#open(dataPath)).read(record.byteOffset + start * row, count * row);
  }

  /** @throws {LabError} `bad-file` when the index lacks the tensor. */
  #place(name: string): { record: MlcRecord; dataPath: string } {
    const place = this.#places.get(name);
    if (place) return place;
    throw new LabError({
      code: 'bad-file',
      what: `The index has no tensor "${name}".`,
      todo: 'Export the model again.',
    });
  }
}

function rowCount({ shape }: MlcRecord): number {
  return shape.length === 1 ? 1 : (shape[0] ?? 1);
}
