import type { MemoryEstimate } from '../../core/engine/memory.ts';
import type { MlcRecord, ModelFormat, ModelRecord } from '../../core/engine/record.ts';
import { catalogue } from './catalogue.ts';
import { labAddress, libraryWorker } from './workers.ts';

export type { MemoryEstimate };

/** A model as a person sees it in the list. */
export interface ModelSummary {
  id: string;
  name: string;
  summary: string;
  format: ModelFormat;
  /** Bytes of all files; 0 if there are none or the size is unknown. */
  bytes: number;
  /** Bytes stored on this device. */
  storedBytes: number;
  /** Whether it comes with the lab: removing it only deletes its files. */
  embedded: boolean;
  /** Mebibytes of graphics memory, if a list states them. */
  vramMb: number | null;
  /** The endpoint's host, for models that messages are sent to. */
  host: string | null;
}

export function summarise(record: ModelRecord, storedBytes: number): ModelSummary {
  const { id, name, summary, format, bytes } = record;
  return {
    id,
    name,
    summary,
    format,
    bytes,
    storedBytes,
    embedded: !record.added,
    vramMb: record.format === 'mlc' ? record.vramMb : null,
    host: record.format === 'endpoint' ? new URL(record.baseUrl).host : null,
  };
}

/** All models: the embedded one, then those a person added, newest first. */
export async function listModels(): Promise<ModelSummary[]> {
  const all = await catalogue.list();
  const stored = await libraryWorker
    .call(
      'storedBytes',
      all.map(({ id }) => id),
    )
    .catch((): Record<string, number> => ({}));
  return all.map((record) => summarise(record, stored[record.id] ?? 0));
}

/** The chat models of WebLLM's list, whose code this fetches. Add one with `addMlc`. */
export const listWebLlmModels = (): Promise<MlcRecord[]> => libraryWorker.call('webLlmList', null);

/** The memory that a model will need; null if it cannot be known before loading. */
export async function estimateMemory(id: string, device: 'webgpu' | 'wasm' = 'wasm'): Promise<MemoryEstimate | null> {
  return libraryWorker.call('estimate', { record: await catalogue.find(id), base: labAddress(), device });
}

/** Calls `listener` on every change to the list; returns a function that unsubscribes. */
export const subscribeToModels = (listener: () => void): (() => void) => catalogue.subscribe(listener);
