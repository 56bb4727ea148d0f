import type { ModelHashes } from '../../core/evaluation/provenance.ts';
import type { ModelWeights } from '../../core/evaluation/weights.ts';
import type { MemoryEstimate } from '../../core/engine/memory.ts';
import type { MlcRecord, ModelFormat, ModelRecord } from '../../core/engine/record.ts';
import type { StoredBytes } from '../../../workers/library/api.ts';
import { hasRoomToWiden } from '../../engines/wide/memory.ts';
import { catalogue } from './catalogue.ts';
import { labAddress, libraryWorker } from './workers.ts';

export type { MemoryEstimate };

/** A model as a person sees it in the list. */
export interface ModelSummary {
  id: string;
  name: string;
  summary: string;
  /** Of what comes with the lab, and is not the base's. */
  licence: string | null;
  format: ModelFormat;
  /** Bytes of its files, without those of a base; 0 if there are none or the size is unknown. */
  bytes: number;
  /** Bytes stored on this device, with those of what was merged or converted. */
  storedBytes: number;
  /** Bytes that loading still fetches, those of a base included. */
  bytesToFetch: number;
  /** The model that an adapter changes. */
  base: { id: string; name: string; bytes: number } | null;
  /** Whether it comes with the lab: removing it only deletes its files. */
  embedded: boolean;
  /** Folder URL, relative for what comes with the lab; null for files of this device and models without a folder. */
  url: string | null;
  /** Mebibytes of graphics memory, if a list states them. */
  vramMb: number | null;
  /** The endpoint's host, for models that messages are sent to. */
  host: string | null;
}

/** A summary of a record; `stored` says what is on this device, by id. */
export function summarise(record: ModelRecord, stored: Readonly<Record<string, StoredBytes>>): ModelSummary {
  const { id, name, summary, licence = null, format, bytes, added } = record;
  const missing = (of: { id: string; bytes: number }): number => Math.max(0, of.bytes - (stored[of.id]?.files ?? 0));
  const base = record.format === 'adapter' ? record.base : undefined;
  return {
    id,
    name,
    summary,
    licence,
    format,
    bytes,
    storedBytes: (stored[id]?.files ?? 0) + (stored[id]?.made ?? 0),
    bytesToFetch: missing(record) + (base ? missing(base) : 0),
    base: base ? { id: base.id, name: base.name, bytes: base.bytes } : null,
    embedded: !added,
    url: record.format === 'onnx' || record.format === 'adapter' ? record.url : null,
    vramMb: record.format === 'mlc' ? record.vramMb : null,
    host: record.format === 'endpoint' ? new URL(record.baseUrl).host : null,
  };
}

/** All models: those that come with the lab, then those a person added, newest first. */
export async function listModels(): Promise<ModelSummary[]> {
  const all = await catalogue.list();
  const stored = await storedBytes(all);
  return all.map((record) => summarise(record, stored));
}

/** What this device stores of models and their bases; nothing where it cannot be known. */
export function storedBytes(records: readonly ModelRecord[]): Promise<Record<string, StoredBytes>> {
  return libraryWorker.call('storedBytes', [...records]).catch(() => ({}));
}

/** What a plan names of a model's weights; undefined for models whose files have no hashes. */
export const modelWeights = async (id: string): Promise<ModelWeights | undefined> =>
  (await modelHashes(id)).weights ?? undefined;

/** Hashes of a model's weights and tokenizer, as far as its files have any. */
export async function modelHashes(id: string): Promise<ModelHashes> {
  const request = { record: await catalogue.find(id), base: labAddress() };
  return (await libraryWorker.call('hashes', request)) ?? { weights: null, tokenizer: null };
}

/** The chat models of WebLLM's list, whose code this fetches. Add one with `addMlc`. */
export const listWebLlmModels = (): Promise<MlcRecord[]> => libraryWorker.call('webLlmList', null);

/** The memory that a model will need; null if it cannot be known before loading. */
export async function estimateMemory(id: string, device: 'webgpu' | 'wasm' = 'wasm'): Promise<MemoryEstimate | null> {
  return libraryWorker.call('estimate', {
    record: await catalogue.find(id),
    base: labAddress(),
    device,
    wide: hasRoomToWiden(),
  });
}

/** Whether this browser stores at least so many bytes, of whatever kind. Unlike `listModels`, it starts no worker. */
export const mayStore = async (bytes: number): Promise<boolean> =>
  ((await navigator.storage?.estimate?.().catch(() => null))?.usage ?? 0) >= bytes;

/** Calls `listener` on every change to the list; returns a function that unsubscribes. */
export const subscribeToModels = (listener: () => void): (() => void) => catalogue.subscribe(listener);
