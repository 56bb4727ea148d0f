import { Queue } from '../../core/async/queue.ts';
import type { LoadedModel, LoadOptions, LoadProgress } from '../../core/engine/engine.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';

/** The device that the person chose for models. */
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

/** A model that stays in memory until it is released. */
export interface ModelLease {
  readonly model: LoadedModel;
  /** Ends the lease. The model may stay in memory for the next one. Releasing twice has no effect. */
  release: () => Promise<void>;
}

export interface AcquireOptions extends LoadOptions {
  /**
   * The device to load it on if it is not in memory; a model in memory is shared wherever it runs. Default:
   * `preferredDevice`.
   */
  device?: DeviceChoice | undefined;
  /** Load it next to other models in memory, even if those are unused. */
  beside?: boolean;
}

export interface ResidencyDependencies {
  load(id: string, options: LoadOptions & { device: DeviceChoice }): Promise<LoadedModel>;
  /** False for models that run elsewhere, which need no memory here. */
  takesMemory(id: string): Promise<boolean>;
}

interface Resident {
  readonly id: string;
  /** The model, once it is loaded. */
  model?: LoadedModel;
  readonly loading: Promise<LoadedModel>;
  readonly stopping: AbortController;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  progress?: LoadProgress;
  takesMemory: boolean;
  /** Number of leases and of requests that wait for one. */
  holders: number;
  /** Whether it is freed when its last holder releases it. */
  leaving: boolean;
}

/**
 * The only owner of loaded models in the page. Work that uses a model leases it: the same model is never loaded twice,
 * and loading another one frees unused models first. A released model stays in memory for the next lease.
 *
 * ```ts
 * const lease = await residency.acquire(id, { signal });
 * try {
 *   for await (const event of lease.model.stream(messages, decoding, signal)) …
 * } finally {
 *   await lease.release();
 * }
 * ```
 */
export class ModelResidency {
  /** The device for requests that name none. */
  preferredDevice: DeviceChoice = 'auto';
  readonly #dependencies: ResidencyDependencies;
  readonly #residents = new Map<string, Resident>();
  /** Loading takes up to twice the memory of a model, so one is loaded at a time. */
  readonly #queue = new Queue();
  readonly #listeners = new Set<() => void>();

  constructor(dependencies: ResidencyDependencies) {
    this.#dependencies = dependencies;
  }

  /** The model if it is in memory. Only holders of a lease may use it. */
  loaded(id: string): LoadedModel | undefined {
    return this.#residents.get(id)?.model;
  }

  /** The ids of the models in memory. */
  get ids(): string[] {
    return [...this.#residents.values()].flatMap(({ id, model }) => (model ? [id] : []));
  }

  /** Whether the model will be freed once nobody holds it. */
  isLeaving(id: string): boolean {
    return this.#residents.get(id)?.leaving ?? false;
  }

  /** Resolves once no model is being loaded. */
  async idle(): Promise<void> {
    for (;;) {
      const loading = [...this.#residents.values()].filter(({ model }) => !model);
      if (loading.length === 0) return;
      await Promise.allSettled(loading.map((resident) => resident.loading));
    }
  }

  /** Calls `listener` when a model has been loaded or freed; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Leases a model, after loading it if necessary. Aborting `signal` ends the wait, and the loading if nobody else
   * waits.
   * @throws {LabError} `cancelled` when `signal` is aborted, and what loading throws.
   */
  async acquire(id: string, { signal, onProgress, ...wanted }: AcquireOptions = {}): Promise<ModelLease> {
    throwIfCancelled(signal);
    const resident = this.#residents.get(id) ?? this.#begin(id, wanted);
    resident.holders++;
    resident.leaving = false;
    if (onProgress && !resident.model) {
      resident.listeners.add(onProgress);
      if (resident.progress) onProgress(resident.progress);
    }
    try {
      return this.#lease(resident, await unlessAborted(resident.loading, signal));
    } catch (error) {
      await this.#release(resident);
      throw error;
    } finally {
      if (onProgress) resident.listeners.delete(onProgress);
    }
  }

  /**
   * Frees a model: at once if nobody holds it, otherwise when its last holder releases it. A new lease before then
   * keeps it.
   */
  async unload(id: string): Promise<void> {
    const resident = this.#residents.get(id);
    if (!resident) return;
    resident.leaving = true;
    if (resident.holders === 0) await this.#leave(resident);
    else this.#notify();
  }

  /** The model has changed or was removed: it gets no new leases and is freed when its last holder releases it. */
  async retire(id: string): Promise<void> {
    const resident = this.#residents.get(id);
    if (!resident) return;
    this.#residents.delete(id);
    resident.leaving = true;
    if (resident.holders === 0) await this.#leave(resident);
    else this.#notify();
  }

  #begin(id: string, wanted: Pick<AcquireOptions, 'device' | 'beside'>): Resident {
    const resident: Resident = {
      id,
      loading: Promise.resolve().then(() => this.#load(resident, wanted)),
      stopping: new AbortController(),
      listeners: new Set(),
      takesMemory: true,
      holders: 0,
      leaving: false,
    };
    resident.loading.catch(() => this.#forget(resident));
    this.#residents.set(id, resident);
    return resident;
  }

  async #load(resident: Resident, { device, beside = false }: Pick<AcquireOptions, 'device' | 'beside'>) {
    const { id, stopping, listeners } = resident;
    const { signal } = stopping;
    const next = await this.#queue.enter();
    try {
      throwIfCancelled(signal);
      resident.takesMemory = await this.#dependencies.takesMemory(id);
      if (!beside) await this.#makeRoomFor(resident);
      throwIfCancelled(signal);
      const model = await this.#dependencies.load(id, {
        device: device ?? this.preferredDevice,
        signal,
        onProgress: (progress) => {
          resident.progress = progress;
          for (const listener of listeners) listener(progress);
        },
      });
      if (signal.aborted) {
        await model.unload();
        throw LabError.cancelled();
      }
      resident.model = model;
      this.#notify();
      return model;
    } finally {
      next();
    }
  }

  /** Models that run elsewhere and models in memory do not affect each other. */
  async #makeRoomFor({ id, takesMemory }: Resident): Promise<void> {
    for (const other of [...this.#residents.values()])
      if (other.id !== id && other.model && other.holders === 0 && other.takesMemory === takesMemory)
        await this.#leave(other);
  }

  #lease(resident: Resident, model: LoadedModel): ModelLease {
    let held = true;
    return {
      model,
      release: async () => {
        if (!held) return;
        held = false;
        await this.#release(resident);
      },
    };
  }

  async #release(resident: Resident): Promise<void> {
    resident.holders--;
    if (resident.holders > 0) return;
    if (resident.leaving) await this.#leave(resident);
    else if (!resident.model) this.#abandon(resident);
  }

  /** Aborts the loading, because nobody waits for it any more. */
  #abandon(resident: Resident): void {
    this.#forget(resident);
    resident.stopping.abort();
  }

  async #leave(resident: Resident): Promise<void> {
    this.#forget(resident);
    if (resident.model) await resident.model.unload();
    else resident.stopping.abort();
  }

  #forget(resident: Resident): void {
    if (this.#residents.get(resident.id) === resident) this.#residents.delete(resident.id);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A leased model for work that unloads its model at the end: unloading it releases the lease. */
export function asLoadedModel({ model, release }: ModelLease): LoadedModel {
  return {
    get info() {
      return model.info;
    },
    tokenizer: model.tokenizer,
    scorer: model.scorer,
    stream: (...request) => model.stream(...request),
    unload: release,
  };
}

async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  const waiting = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(LabError.cancelled());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: waiting.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    waiting.abort();
  }
}
