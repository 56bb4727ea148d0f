import type { EngineId } from './engine.ts';

/** File formats of models; the table in src/engines/features.ts says which engine runs which format where. */
export const MODEL_FORMATS = ['onnx', 'gguf', 'mlc', 'endpoint'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

interface RecordBase {
  id: string;
  name: string;
  /** One sentence for the interface. */
  summary: string;
  /** Bytes of all files; 0 without files. */
  bytes: number;
  /** Milliseconds since the epoch. */
  addedAt: number;
  /** Whether a person added it, so that a person may delete it. */
  added: boolean;
}

/** An ONNX folder: embedded in the lab, given by URL, or dropped. */
export interface OnnxRecord extends RecordBase {
  format: 'onnx';
  /** Folder URL ending in a slash, relative for the embedded model; null for dropped files. */
  url: string | null;
}

/** One GGUF file, in one or more parts. */
export interface GgufRecord extends RecordBase {
  format: 'gguf';
  url: string | null;
  /** Part names in order. */
  parts: string[];
}

/** A model that WebLLM runs: from its own list (`libUrl` null) or a pair of URLs. */
export interface MlcRecord extends RecordBase {
  format: 'mlc';
  weightsUrl: string | null;
  libUrl: string | null;
  /** Mebibytes of graphics memory that its list states, which calls them MB. */
  vramMb: number | null;
  lowResource: boolean;
  requiredFeatures: string[];
}

/** A model behind an OpenAI-compatible endpoint. */
export interface EndpointRecord extends RecordBase {
  format: 'endpoint';
  baseUrl: string;
  model: string;
  /** Its context window in tokens, if the person or the server stated it. */
  contextWindow: number | null;
  /** Only if the person asked to keep it. */
  apiKey: string | null;
}

export type ModelRecord = OnnxRecord | GgufRecord | MlcRecord | EndpointRecord;

/** The engine and device that run a record. */
export interface EngineChoice {
  engine: EngineId;
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** A sentence about a fallback that led to this choice. */
  note?: string;
}
