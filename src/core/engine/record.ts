import type { EngineId } from './engine.ts';

/** What a model is made of; the table in src/engines/features.ts says which engine runs which format where. */
export const MODEL_FORMATS = ['onnx', 'gguf', 'mlc', 'endpoint'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

interface RecordBase {
  id: string;
  name: string;
  /** One sentence for the interface. */
  summary: string;
  /** Bytes of all files; 0 where there are none. */
  bytes: number;
  /** Milliseconds since the epoch. */
  addedAt: number;
  /** A person added it, so that a person may remove it for good. */
  added: boolean;
}

/** An ONNX folder: embedded in the lab, given by address, or dropped. */
export interface OnnxRecord extends RecordBase {
  format: 'onnx';
  /** Folder address ending in a slash, relative to the lab's own for the embedded model; null for dropped files. */
  url: string | null;
}

/** One GGUF file, in one or more parts. */
export interface GgufRecord extends RecordBase {
  format: 'gguf';
  url: string | null;
  /** Part names in order. */
  parts: string[];
}

/** A model that WebLLM runs: from its own list (`libUrl` null) or a pair of addresses. */
export interface MlcRecord extends RecordBase {
  format: 'mlc';
  weightsUrl: string | null;
  libUrl: string | null;
  /** Megabytes of graphics memory that its list states. */
  vramMb: number | null;
  lowResource: boolean;
  requiredFeatures: string[];
}

/** A model behind an OpenAI-compatible endpoint. */
export interface EndpointRecord extends RecordBase {
  format: 'endpoint';
  baseUrl: string;
  model: string;
  /** Tokens that fit its window, where the person or the server said. */
  contextWindow: number | null;
  /** Only when the person asked for it to be kept. */
  apiKey: string | null;
}

export type ModelRecord = OnnxRecord | GgufRecord | MlcRecord | EndpointRecord;

/** Which engine is to run a record, and where. */
export interface EngineChoice {
  engine: EngineId;
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** A sentence about a fallback that led to this choice. */
  note?: string;
}
