import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { LoadSizes } from '../../core/engine/whole-load.ts';
import type { MemoryEstimate, ModelSummary } from '../../lab/index.ts';

/** What lists and the model chip need to know about a model; those of the lab are known without asking it. */
export type ListedModel = Pick<ModelSummary, 'id' | 'name' | 'summary' | 'bytes'> & Partial<ModelSummary>;

const BASE: ListedModel = { ...EMBEDDED_MODEL, embedded: true };
const ADAPTERS: ListedModel[] = EMBEDDED_ADAPTERS.map((adapter) => ({ ...adapter, embedded: true }));
export const EMBEDDED: ListedModel[] = [BASE, ...ADAPTERS];
export const DEFAULT: ListedModel = ADAPTERS.find(({ id }) => id === DEFAULT_MODEL_ID) ?? BASE;

/** Whether all files of a model are known to be on this device. */
export const isStored = ({ bytesToFetch }: ListedModel): boolean => bytesToFetch === 0;

/** Bytes that loading a model will fetch, or read if all of them are on this device. */
export function bytesToLoad({ bytes, base, bytesToFetch }: ListedModel): number {
  return bytesToFetch || bytes + (base?.bytes ?? 0);
}

/** What is known of a model's files before it is loaded. */
export function sizesOf(model: ListedModel): LoadSizes {
  return { bytes: model.bytes + (model.base?.bytes ?? 0), stored: isStored(model) };
}

/** Weights that are prepared for an engine take about this much of those that they are made of. */
const PREPARED = 1.25;

/**
 * The most bytes that this browser keeps of a model and its base once it has been loaded: their files, and the weights
 * in llama.cpp's own format. Where it has been loaded before, what it kept then.
 */
export function bytesKept({ bytes, base, format, storedBytes = 0 }: ListedModel): number {
  const files = bytes + (base?.bytes ?? 0);
  if (base) return storedBytes > bytes ? base.bytes + storedBytes : files + base.bytes * PREPARED;
  if (format !== undefined && format !== 'onnx') return files;
  return Math.max(storedBytes, bytes * (1 + PREPARED));
}

export const isEmbedded = (id: string): boolean => EMBEDDED.some((model) => model.id === id);

/** The part of the model library that the page shows and loads. */
export interface ModelShelf {
  listModels(): Promise<ListedModel[]>;
  /** Whether this browser stores so much that a model of this size may be among it. */
  mayStore(bytes: number): Promise<boolean>;
  removeModel(id: string): Promise<void>;
  estimateMemory(id: string, device: 'webgpu' | 'wasm'): Promise<MemoryEstimate | null>;
  /** Whether a model of this format can be expected to resume replies. */
  formatResumes(format: ModelSummary['format']): boolean;
  /** Calls `listener` after every change to the list. */
  subscribe(listener: () => void): () => void;
}
