import type { EngineId } from './engine.ts';

/** File formats of models; the table in src/engines/features.ts says which engine runs which format where. */
export const MODEL_FORMATS = ['onnx', 'adapter', 'gguf', 'mlc', 'endpoint'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

interface RecordBase {
  id: string;
  name: string;
  /** One sentence for the interface. */
  summary: string;
  /** The licence, if it is known: of what comes with the lab, and of adapters that state theirs. */
  licence?: string;
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

/** An adapter among those of a record. */
export interface AdapterPart {
  name: string;
  /** Where its files are among the record's: a folder ending in a slash, or `''` if they are the record's only ones. */
  folder: string;
  /** Factor of its change; 1 applies it fully. */
  weight: number;
}

/** One or more LoRA adapters over a base; they are merged on this device when the model is loaded. */
export interface AdapterRecord extends RecordBase {
  format: 'adapter';
  /** An ONNX folder of this lab's exporter. */
  base: OnnxRecord;
  /** Folder URL ending in a slash, relative for the adapters that come with the lab; null for files on this device. */
  url: string | null;
  /** The chat template that they were trained with; null if it is the base's. */
  template: string | null;
  parts: AdapterPart[];
  /** What the adapters of a combination state about themselves, a line each. */
  sources?: string[];
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

export type ModelRecord = OnnxRecord | AdapterRecord | GgufRecord | MlcRecord | EndpointRecord;

/** The engine and device that run a record. */
export interface EngineChoice {
  engine: EngineId;
  device: 'auto' | 'webgpu' | 'wasm' | 'cpu';
  /** A sentence about a fallback that led to this choice. */
  note?: string;
  /** A report about a device that computed wrong numbers, which led to this choice. */
  report?: string;
  /** Run the self-test even if the device failed it before. */
  retest?: boolean;
  /** On Wasm with ONNX Runtime: widen the weights to 32-bit floats, which is faster and takes more memory. */
  wide?: boolean;
}
