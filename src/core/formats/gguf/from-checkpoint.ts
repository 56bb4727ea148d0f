import { throwIfCancelled } from '../../error.ts';
import { tokenizerFacts } from '../checkpoint/tokenizer-facts.ts';
import {
  type Checkpoint,
  matrixShape,
  readTensor,
  rowBytes,
  tensorInfo,
  type TensorInfo,
} from '../checkpoint/checkpoint.ts';
import { contextBeforeWindow, type ModelConfig, ropeFrequencies } from '../config.ts';
import { ENCODABLE_TYPES, type EncodableType, encodeStored } from '../encode-stored.ts';
import type { FileSink } from '../export/sink.ts';
import { decodeStored, STORED, type StoredType } from '../stored.ts';
import { ggufArchitecture } from './config.ts';
import { ggufName, isRotated } from './names.ts';
import { interleaveRows } from './row-order.ts';
import { tokenizerMetadata, type TokenizerOptions } from './tokenizer-metadata.ts';
import type { GgufMetadata } from './types.ts';
import { type GgufTensorSource, writeGguf } from './write.ts';

const CHUNK_VALUES = 1 << 20;

export interface GgufOptions {
  /** Model name for the metadata. */
  name: string;
  /**
   * Type of the matrices; `keep` leaves every tensor as it is stored. The embedding takes Q8_0 with the 4-bit types.
   */
  type: EncodableType | 'keep';
  /** Matrices that get Q8_0 if `type` has 4 bits. */
  eightBits?: (tensor: string) => boolean;
  licence?: string;
  /** Whether llama.cpp adds the BOS token before every text; default true. */
  addStart?: boolean;
  /** Replaces the text of a token; see `TokenizerOptions`. */
  spell?: TokenizerOptions['spell'];
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/** Codes of `general.file_type` (llama.cpp `enum llama_ftype`). */
export const FILE_TYPES: Partial<Record<StoredType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 7,
  Q5_0: 8,
  Q5_1: 9,
  BF16: 32,
};

/** End tokens that fit a GGUF, ascending: llama.cpp supports up to three. */
export function ggufEndTokens({ files, config }: Pick<Checkpoint, 'files' | 'config'>): number[] {
  const { ids } = tokenizerFacts(files);
  return [...new Set([...(ids.eos === undefined ? [] : [ids.eos]), ...config.eosTokenIds])]
    .slice(0, 3)
    .sort((a, b) => a - b);
}

/**
 * Writes a checkpoint as one GGUF file that llama.cpp and wllama load: rows of q and k interleaved as they expect,
 * tokenizer and chat template in the metadata. Memory stays bounded.
 * @throws {LabError} `unsupported` when llama.cpp does not support the tokenizer.
 */
export async function checkpointToGguf(source: Checkpoint, file: FileSink, options: GgufOptions): Promise<void> {
  const { config } = source;
  const metadata = modelMetadata(source, options);
  const tokenizer = tokenizerMetadata(source.files, {
    vocabSize: config.vocabSize,
    eosIds: config.eosTokenIds,
    ...(options.addStart !== undefined && { addStart: options.addStart }),
    spell: options.spell,
  });
  for (const [key, value] of tokenizer) metadata.set(key, value);
  const wanted = [...source.tensors.keys()];
  const total = wanted.reduce((sum, name) => sum + tensorInfo(source, name).shape.reduce((a, b) => a * b, 1), 0);
  let done = 0;
  const tensors = wanted.map((name): GgufTensorSource => {
    const info = tensorInfo(source, name);
    const type = targetType(name, info, options);
    const report = (values: number): void => options.onProgress?.({ done: (done += values), total });
    return {
      name: ggufName(name) ?? name,
      shape: info.shape,
      type,
      chunks: () => chunks(source, name, type, report, options.signal),
    };
  });
  if (config.ropeScaling.type === 'llama3') tensors.push(ropeTable(config));
  await writeGguf(file, metadata, tensors);
}

/** Layer matrices whose rows are not a whole number of a type's blocks: they are written as F16. */
export function undivided(
  { tensors }: Pick<Checkpoint, 'tensors'>,
  type: EncodableType,
): { names: string[]; of: number } {
  const matrices = [...tensors].filter(([name, { shape }]) => shape.length > 1 && name.startsWith('model.layers.'));
  return {
    names: matrices.filter(([, { shape }]) => (shape.at(-1) ?? 0) % STORED[type].values !== 0).map(([name]) => name),
    of: matrices.length,
  };
}

/** The type to state for the file: F16 if most matrices cannot have the requested one. */
export function fileType(source: Pick<Checkpoint, 'tensors'>, type: EncodableType): EncodableType {
  const { names, of } = undivided(source, type);
  return 2 * names.length > of ? 'F16' : type;
}

function targetType(
  name: string,
  { type: stored, shape }: TensorInfo,
  { type: wanted, eightBits = () => false }: GgufOptions,
): StoredType {
  // llama.cpp requires vectors in full precision, whatever the file's type.
  if (shape.length === 1) return 'F32';
  if (wanted === 'keep') return stored;
  const fine = name === 'model.embed_tokens.weight' || name === 'lm_head.weight' || eightBits(name);
  const type = fine && (wanted === 'Q4_0' || wanted === 'Q4_1') ? 'Q8_0' : wanted;
  return (shape.at(-1) ?? 0) % STORED[type].values === 0 ? type : 'F16';
}

async function* chunks(
  source: Checkpoint,
  name: string,
  type: StoredType,
  report: (values: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const info = tensorInfo(source, name);
  const { headDim } = source.config;
  const interleave = ggufArchitecture(source.config.architecture) === 'llama' && isRotated(name);
  if (info.shape.length === 1) {
    const values = await readTensor(source, name);
    report(values.length);
    yield encodeStored('F32', interleave ? interleaveRows(values, headDim, 1) : values);
    return;
  }
  const { rows, columns } = matrixShape(info);
  const whole = interleave ? headDim : 1;
  const step = Math.max(1, Math.floor(CHUNK_VALUES / columns / whole)) * whole;
  for (let row = 0; row < rows; row += step) {
    throwIfCancelled(signal);
    const count = Math.min(step, rows - row);
    let bytes = await source.readStoredRows(name, row, count);
    if (interleave) bytes = interleaveRows(bytes, headDim, rowBytes(info));
    report(count * columns);
    if (type === info.type) yield bytes;
    else yield encodeStored(encodable(type), decodeStored(info.type, bytes, count * columns));
  }
}

function encodable(type: StoredType): EncodableType {
  return ENCODABLE_TYPES.find((name) => name === type) ?? 'F32';
}

/** The divisor of each rotary frequency in Llama 3.1. */
export function ropeFactors(config: ModelConfig): Float32Array {
  const plain = ropeFrequencies({ ...config, ropeScaling: { type: 'none' } });
  const scaled = ropeFrequencies(config);
  return Float32Array.from(plain, (frequency, k) => frequency / (scaled[k] ?? 1));
}

function ropeTable(config: ModelConfig): GgufTensorSource {
  const factors = ropeFactors(config);
  return {
    name: 'rope_freqs.weight',
    shape: [factors.length],
    type: 'F32',
    async *chunks() {
      yield encodeStored('F32', factors);
    },
  };
}

function modelMetadata({ config, tensors }: Checkpoint, { name, type, licence }: GgufOptions): GgufMetadata {
  const arch = ggufArchitecture(config.architecture);
  const matrix = tensors.get('model.layers.0.self_attn.q_proj.weight')?.type ?? 'F32';
  const metadata: GgufMetadata = new Map([
    ['general.architecture', { type: 'string', value: arch }],
    ['general.name', { type: 'string', value: name }],
    [
      'general.file_type',
      { type: 'u32', value: FILE_TYPES[type === 'keep' ? matrix : fileType({ tensors }, type)] ?? 0 },
    ],
    ['general.quantization_version', { type: 'u32', value: 2 }],
  ]);
  if (licence) metadata.set('general.license', { type: 'string', value: licence.toLowerCase() });
  const numbers: Record<string, number> = {
    block_count: config.layers,
    context_length: contextBeforeWindow(config),
    embedding_length: config.hiddenSize,
    feed_forward_length: config.intermediateSize,
    'attention.head_count': config.heads,
    'attention.head_count_kv': config.kvHeads,
    'attention.key_length': config.headDim,
    'attention.value_length': config.headDim,
    'rope.dimension_count': config.headDim,
    vocab_size: config.vocabSize,
  };
  for (const [key, value] of Object.entries(numbers)) metadata.set(`${arch}.${key}`, { type: 'u32', value });
  metadata.set(`${arch}.attention.layer_norm_rms_epsilon`, { type: 'f32', value: config.normEpsilon });
  metadata.set(`${arch}.rope.freq_base`, { type: 'f32', value: config.ropeTheta });
  if (config.ropeScaling.type === 'linear') {
    metadata.set(`${arch}.rope.scaling.type`, { type: 'string', value: 'linear' });
    metadata.set(`${arch}.rope.scaling.factor`, { type: 'f32', value: config.ropeScaling.factor });
  }
  return metadata;
}
