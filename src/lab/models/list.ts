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
  /** Bytes of all files; 0 where there are none or it is not known yet. */
  bytes: number;
  /** Bytes of it on this device. */
  storedBytes: number;
  /** It comes with the lab: removing it only frees its files. */
  embedded: boolean;
  /** Mebibytes of graphics memory, where a list states them. */
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

/** The chat models of WebLLM's list; their code is fetched for that. Add one with `addMlc`. */
export const listWebLlmModels = (): Promise<MlcRecord[]> => libraryWorker.call('webLlmList', null);

/** What a model will take in memory; null where it can't be known before loading. */
export async function estimateMemory(id: string, device: 'webgpu' | 'wasm' = 'wasm'): Promise<MemoryEstimate | null> {
  return libraryWorker.call('estimate', { record: await catalogue.find(id), base: labAddress(), device });
}

/** Hears of every change to the list; returns a function that stops listening. */
export const subscribeToModels = (listener: () => void): (() => void) => catalogue.subscribe(listener);
