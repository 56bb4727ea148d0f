import { at, entry } from '../../at.ts';
import { LazyMap } from '../../async/memoised.ts';
import { LabError } from '../../error.ts';
import {
  checkTensors,
  type Checkpoint,
  layerMatrices,
  matrixShape,
  type SideFiles,
  type TensorInfo,
  missingTensor,
} from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { settled } from '../checkpoint/settle.ts';
import { type ModelConfig, parseConfig } from '../config.ts';
import { fromHalf, toHalf } from '../float.ts';
import { isSafePath } from '../manifest.ts';
import { decodeModel, type OnnxModel, type OnnxTensor, PRODUCER } from '../onnx/index.ts';
import { BLOCK } from '../quantise.ts';
import { type ByteSource, checkRange } from '../source.ts';
import { type StoredType } from '../stored.ts';
import { STACKED } from './stacks.ts';

/** Opens a data file by its name relative to the model. */
export type OpenData = (location: string) => Promise<ByteSource>;

/** A tensor of the checkpoint as a range of rows of a stacked initializer. */
interface Place {
  initializer: string;
  firstRow: number;
  stackedRows: number;
  info: TensorInfo;
}

/**
 * Reads a decoder that `exportOnnx` wrote as a checkpoint. What the exporter stored exactly is restored exactly: 4-bit
 * blocks as Q4_1 (scale d and minimum m recovered from d and m + 8d), 8-bit blocks as Q8_0, floats as they are. From a
 * q4f16 export the minimum is only as exact as half precision allows.
 * @param model bytes of `onnx/model*.onnx`.
 * @throws {LabError} `bad-file` when the graph was not written by this exporter or lacks weights.
 */
export async function openExported(
  name: string,
  model: Uint8Array,
  openData: OpenData,
  files: SideFiles,
): Promise<Checkpoint> {
  const config = parseConfig(parseJson(files.get('config.json') ?? 'null', 'config.json'));
  const { graph } = requireExported(name, model);
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const places = locate(config, initializers, name);
  const tensors = new Map([...places].map(([tensor, place]) => [tensor, place.info]));
  checkTensors(name, config, tensors);

  const opened = new LazyMap<string, ByteSource>();
  const open = (location: string): Promise<ByteSource> => {
    if (!isSafePath(location))
      throw new LabError({
        code: 'bad-file',
        what: `Its weights are in "${location}", outside the folder.`,
        where: name,
        todo: 'Get the model again from a source that you trust.',
      });
    return opened.get(location, () => openData(location));
  };
  const bytesOf = async (initializer: string, from: number, length: number): Promise<Uint8Array> => {
    const tensor = initializers.get(initializer);
    if (!tensor) throw missingTensor(name, initializer);
    if (tensor.raw) return tensor.raw.subarray(from, from + length);
    const { location, offset, length: all } = tensor.external ?? { location: '', offset: 0, length: 0 };
    checkRange({ name: `${location} (${initializer})`, size: all }, from, length);
    return (await open(location)).read(offset + from, length);
  };
  /** `count` values of the IO type from value `from`, as numbers. */
  const values = async (initializer: string, from: number, count: number): Promise<Float32Array> => {
    const half = initializers.get(initializer)?.type === 'float16';
    const bytes = await bytesOf(initializer, from * (half ? 2 : 4), count * (half ? 2 : 4));
    // A copy, because a view need not begin at a multiple of its element's size.
    const { buffer } = bytes.slice();
    return half ? Float32Array.from(new Uint16Array(buffer), fromHalf) : new Float32Array(buffer);
  };
  /** The offsets of one matrix at a time: those of some rows lie apart in the file. */
  let latest: { initializer: string; offsets: Promise<Float32Array> } | undefined;
  const offsetsOf = (initializer: string, count: number): Promise<Float32Array> => {
    if (latest?.initializer !== initializer) latest = { initializer, offsets: values(initializer, 0, count) };
    return latest.offsets;
  };

  return settled({
    name,
    config,
    files,
    tensors,
    async readStoredRows(tensor: string, start: number, count: number): Promise<Uint8Array> {
      const place = places.get(tensor);
      if (!place) throw missingTensor(name, tensor);
      const { columns } = matrixShape(place.info);
      const { initializer, stackedRows, info } = place;
      const row = place.firstRow + start;
      if (info.type === 'F32' || info.type === 'F16') {
        const size = info.type === 'F32' ? 4 : 2;
        // A vector is one row here, but its offset in a stacked bias counts values.
        const first = info.shape.length === 1 ? place.firstRow : row * columns;
        return bytesOf(initializer, first * size, count * columns * size);
      }
      const blocks = columns / BLOCK;
      const scales = await values(`${initializer}.scales`, row * blocks, count * blocks);
      if (info.type === 'Q8_0') {
        const codes = await bytesOf(`${initializer}.codes`, row * columns, count * columns);
        return packQ8(codes, scales);
      }
      const codes = await bytesOf(`${initializer}.codes`, (row * columns) / 2, (count * columns) / 2);
      const minimums = new Float32Array(count * blocks);
      const offsets = initializers.has(`${initializer}.offsets`)
        ? await offsetsOf(`${initializer}.offsets`, blocks * stackedRows)
        : undefined;
      for (let block = 0; block < blocks; block++) {
        const first = block * stackedRows + row;
        for (let i = 0; i < count; i++)
          minimums[i * blocks + block] = (offsets?.[first + i] ?? 0) - 8 * (scales[i * blocks + block] ?? 0);
      }
      return packQ4(codes, scales, minimums);
    },
  });
}

/** Whether this lab's exporter wrote a graph. */
export const isExported = ({ producerName }: Pick<OnnxModel, 'producerName'>): boolean => producerName === PRODUCER;

/**
 * Decodes a graph that `exportOnnx` wrote.
 * @throws {LabError} `unsupported` when another exporter did, `bad-file` when it is damaged.
 */
export function requireExported(name: string, model: Uint8Array): ReturnType<typeof decodeModel> {
  const decoded = decodeModel(model);
  if (isExported(decoded)) return decoded;
  throw new LabError({
    code: 'unsupported',
    what: `It was written by "${decoded.producerName}".`,
    where: name,
    todo: 'Only models that this exporter wrote can be read back.',
  });
}

function locate(config: ModelConfig, initializers: Map<string, OnnxTensor>, where: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const matrix = (initializer: string, parts: [name: string, rows: number][], columns: number): void => {
    const codes = initializers.get(`${initializer}.codes`);
    const plain = initializers.get(initializer);
    if (!codes && !plain) return;
    const bits = codes ? ((codes.dims[2] ?? 0) * 8) / BLOCK : 0;
    const type: StoredType | undefined = codes
      ? bits === 4
        ? 'Q4_1'
        : bits === 8
          ? 'Q8_0'
          : undefined
      : floatType(plain);
    if (!type)
      throw new LabError({ code: 'bad-file', what: `Its matrix "${initializer}" has an unexpected type.`, where });
    const stackedRows = parts.reduce((sum, [, rows]) => sum + rows, 0);
    let firstRow = 0;
    for (const [part, rows] of parts) {
      places.set(`${part}.weight`, { initializer, firstRow, stackedRows, info: { shape: [rows, columns], type } });
      firstRow += rows;
    }
  };
  const vector = (initializer: string, parts: [name: string, size: number][]): void => {
    const type = floatType(initializers.get(initializer));
    let firstRow = 0;
    for (const [part, size] of type ? parts : []) {
      if (type) places.set(part, { initializer, firstRow, stackedRows: 1, info: { shape: [size], type } });
      firstRow += size;
    }
  };
  const { hiddenSize, vocabSize } = config;
  matrix('model.embed_tokens', [['model.embed_tokens', vocabSize]], hiddenSize);
  if (!config.tied) matrix('lm_head', [['lm_head', vocabSize]], hiddenSize);
  vector('model.norm', [['model.norm.weight', hiddenSize]]);
  const shapes = layerMatrices(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      vector(prefix + norm, [[`${prefix}${norm}.weight`, hiddenSize]]);
    for (const [stack, parts] of Object.entries(STACKED)) {
      const sized = parts.map((part): [string, number] => [prefix + part, entry(shapes, part)[0]]);
      matrix(prefix + stack, sized, entry(shapes, at(parts, 0))[1]);
      vector(
        `${prefix}${stack}.bias`,
        sized.map(([part, size]) => [`${part}.bias`, size]),
      );
    }
  }
  return places;
}

function floatType(tensor: OnnxTensor | undefined): 'F32' | 'F16' | undefined {
  return tensor?.type === 'float32' ? 'F32' : tensor?.type === 'float16' ? 'F16' : undefined;
}

/** The inverse of the exporter's repacking: elements i and i + 16 share a byte again. */
function packQ4(codes: Uint8Array, scales: Float32Array, minimums: Float32Array): Uint8Array {
  const out = new Uint8Array(scales.length * 20);
  const view = new DataView(out.buffer);
  for (let block = 0; block < scales.length; block++) {
    const at = block * 20;
    view.setUint16(at, toHalf(scales[block] ?? 0), true);
    view.setUint16(at + 2, toHalf(minimums[block] ?? 0), true);
    for (let b = 0; b < 8; b++) {
      const low = codes[block * 16 + b] ?? 0;
      const high = codes[block * 16 + b + 8] ?? 0;
      out[at + 4 + 2 * b] = (low & 15) | ((high & 15) << 4);
      out[at + 5 + 2 * b] = (low >> 4) | (high & 0xf0);
    }
  }
  return out;
}

function packQ8(codes: Uint8Array, scales: Float32Array): Uint8Array {
  const out = new Uint8Array(scales.length * 34);
  const view = new DataView(out.buffer);
  for (let block = 0; block < scales.length; block++) {
    const at = block * 34;
    view.setUint16(at, toHalf(scales[block] ?? 0), true);
    // From unsigned to two's complement: codes are shifted by 128.
    for (let i = 0; i < BLOCK; i++) out[at + 2 + i] = (codes[block * BLOCK + i] as number) ^ 128;
  }
  return out;
}
