import type { LoadOptions, LoadProgress } from '../../core/engine/engine.ts';
import type { LabError } from '../../core/error.ts';
import type { AdapterFormat, ModelSummary, NewEndpoint, NewMlc, WeightedModel } from '../../lab/index.ts';
import type { PickedFile } from '../components/dropped.ts';
import type { EndpointSpec, MlcPair } from '../models/specs.ts';
import { componentsTexts } from '../texts/components.ts';
import { modelsTexts } from '../texts/models.ts';
import { attempt } from './attempt.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The ways to add a model to the library. */
export interface ModelIntake {
  addFromFiles(files: Iterable<File>, options: LoadOptions & { paths: string[] }): Promise<ModelSummary>;
  addFromUrl(url: string, options: LoadOptions): Promise<ModelSummary>;
  addMlc(model: NewMlc): Promise<ModelSummary>;
  addEndpoint(endpoint: NewEndpoint): Promise<ModelSummary>;
  convertToOnnx(id: string, options: LoadOptions): Promise<ModelSummary>;
  combineAdapters(name: string, adapters: readonly WeightedModel[], options: LoadOptions): Promise<ModelSummary>;
  adapterFilesOf(id: string, format: AdapterFormat, options: LoadOptions): Promise<Map<string, Blob>>;
}

interface Dependencies {
  intake: ModelIntake;
  /** The list that a model is added to. */
  models: { refresh(): Promise<void>; choose(id: string): void };
  saveFile: (name: string, content: Blob) => void;
  toasts: Pick<Toasts, 'show'>;
}

/** The model that is being added or saved, one at a time. */
export class Adding {
  /** Name of what is being added or saved; null while nothing is. */
  name = $state<string | null>(null);
  progress = $state.raw<LoadProgress | null>(null);
  error = $state.raw<LabError | null>(null);
  readonly #intake: ModelIntake;
  readonly #models: Dependencies['models'];
  readonly #saveFile: Dependencies['saveFile'];
  readonly #toasts: Dependencies['toasts'];
  #stopping: AbortController | null = null;

  constructor({ intake, models, saveFile, toasts }: Dependencies) {
    this.#intake = intake;
    this.#models = models;
    this.#saveFile = saveFile;
    this.#toasts = toasts;
  }

  files(files: readonly PickedFile[]): Promise<void> {
    const [first] = files;
    return this.#add(files.length === 1 && first ? first.path : componentsTexts.files(files.length), (options) =>
      this.#intake.addFromFiles(
        files.map(({ file }) => file),
        { ...options, paths: files.map(({ path }) => path) },
      ),
    );
  }

  address(url: string): Promise<void> {
    return this.#add(url, (options) => this.#intake.addFromUrl(url, options));
  }

  prebuilt(id: string): Promise<void> {
    return this.#add(id, () => this.#intake.addMlc({ id }));
  }

  pair({ name, modelUrl, libraryUrl }: MlcPair): Promise<void> {
    return this.#add(name, () => this.#intake.addMlc({ id: name, weightsUrl: modelUrl, libUrl: libraryUrl }));
  }

  endpoint({ baseUrl, model, key, remember }: EndpointSpec): Promise<void> {
    return this.#add(model, () =>
      this.#intake.addEndpoint({ baseUrl, model, ...(key && { apiKey: key, keepKey: remember }) }),
    );
  }

  /** Makes a version of a GGUF model that runs on WebGPU. */
  convert(id: string, name: string): Promise<void> {
    return this.#add(name, (options) => this.#intake.convertToOnnx(id, options));
  }

  combine(name: string, adapters: readonly WeightedModel[]): Promise<void> {
    return this.#add(name, (options) => this.#intake.combineAdapters(name, adapters, options));
  }

  /** Saves the files of an adapter. */
  save(id: string, name: string, format: AdapterFormat): Promise<void> {
    return this.#one(name, { code: 'bad-file', what: modelsTexts.failed.save, where: name }, async (options) => {
      for (const [file, content] of await this.#intake.adapterFilesOf(id, format, options))
        this.#saveFile(file, content);
    });
  }

  readonly cancel = (): void => this.#stopping?.abort();

  #add(name: string, work: (options: LoadOptions) => Promise<ModelSummary>): Promise<void> {
    const failed = { code: 'bad-file', what: modelsTexts.failed.add, where: name } as const;
    return this.#one(name, failed, async (options) => {
      const added = await work(options);
      // First, so that it is already chosen when it appears in the list, which news from other tabs can update earlier.
      this.#models.choose(added.id);
      await this.#models.refresh();
      this.#toasts.show(modelsTexts.added(added.name));
    });
  }

  async #one(
    name: string,
    failed: Parameters<typeof attempt>[1],
    work: (options: LoadOptions) => Promise<void>,
  ): Promise<void> {
    if (this.name !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.name = name;
    this.error = null;
    await attempt(
      (error) => (this.error = error),
      failed,
      () => work({ signal: stopping.signal, onProgress: (progress) => (this.progress = progress) }),
    );
    this.name = null;
    this.progress = null;
    this.#stopping = null;
  }
}
