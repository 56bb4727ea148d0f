import type { LoadOptions, LoadProgress } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import {
  addEndpoint,
  addFromFiles,
  addFromUrl,
  addMlc,
  convertToOnnx,
  type ModelSummary,
} from '../../lab/models/models.ts';
import type { EndpointSpec, MlcPair } from '../models/specs.ts';
import type { PickedFile } from '../components/dropped.ts';
import { models } from './models.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** The model that is being added, one at a time. */
class Adding {
  /** What is being added; null while nothing is. */
  name = $state<string | null>(null);
  progress = $state.raw<LoadProgress | null>(null);
  error = $state.raw<LabError | null>(null);
  #stopping: AbortController | null = null;

  files(files: readonly PickedFile[]): Promise<void> {
    const [first] = files;
    return this.#add(files.length === 1 && first ? first.path : `${files.length} files`, (options) =>
      addFromFiles(
        files.map(({ file }) => file),
        { ...options, paths: files.map(({ path }) => path) },
      ),
    );
  }

  address(url: string): Promise<void> {
    return this.#add(url, (options) => addFromUrl(url, options));
  }

  prebuilt(id: string): Promise<void> {
    return this.#add(id, () => addMlc({ id }));
  }

  pair({ name, modelUrl, libraryUrl }: MlcPair): Promise<void> {
    return this.#add(name, () => addMlc({ id: name, weightsUrl: modelUrl, libUrl: libraryUrl }));
  }

  endpoint({ baseUrl, model, key, remember }: EndpointSpec): Promise<void> {
    return this.#add(model, () => addEndpoint({ baseUrl, model, ...(key && { apiKey: key, keepKey: remember }) }));
  }

  /** Makes a version of a GGUF model that runs on WebGPU. */
  convert(id: string, name: string): Promise<void> {
    return this.#add(name, (options) => convertToOnnx(id, options));
  }

  readonly cancel = (): void => this.#stopping?.abort();

  async #add(name: string, work: (options: LoadOptions) => Promise<ModelSummary>): Promise<void> {
    if (this.name !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.name = name;
    this.error = null;
    try {
      const added = await work({ signal: stopping.signal, onProgress: (progress) => (this.progress = progress) });
      await models.refresh();
      models.choose(added.id);
      toasts.show(`${added.name} was added.`);
    } catch (error) {
      const fault = LabError.from(error, { code: 'bad-file', what: 'The model could not be added.', where: name });
      if (fault.code !== 'cancelled') this.error = fault;
    } finally {
      this.name = null;
      this.progress = null;
      this.#stopping = null;
    }
  }
}

export const adding = new Adding();
