import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { MemoryEstimate, ModelSummary } from '../../lab/index.ts';

/** What lists and the model chip need to know about a model; those of the lab are known without asking it. */
export type ListedModel = Pick<ModelSummary, 'id' | 'name' | 'summary' | 'bytes'> & Partial<ModelSummary>;

const BASE: ListedModel = { ...EMBEDDED_MODEL, embedded: true };
const ADAPTERS: ListedModel[] = EMBEDDED_ADAPTERS.map((adapter) => ({ ...adapter, embedded: true }));
export const EMBEDDED: ListedModel[] = [BASE, ...ADAPTERS];
export const DEFAULT: ListedModel = ADAPTERS.find(({ id }) => id === DEFAULT_MODEL_ID) ?? BASE;

/** Bytes that loading a model will fetch, or read if all of them are on this device. */
export function bytesToLoad({ bytes, base, bytesToFetch }: ListedModel): number {
  return bytesToFetch || bytes + (base?.bytes ?? 0);
}

export const isEmbedded = (id: string): boolean => EMBEDDED.some((model) => model.id === id);

/** The part of the model library that the page shows and loads. */
export interface ModelShelf {
  listModels(): Promise<ListedModel[]>;
  removeModel(id: string): Promise<void>;
  estimateMemory(id: string, device: 'webgpu' | 'wasm'): Promise<MemoryEstimate | null>;
  /** Whether a model of this format can be expected to resume replies. */
  formatResumes(format: ModelSummary['format']): boolean;
  /** Calls `listener` after every change to the list. */
  subscribe(listener: () => void): () => void;
}
