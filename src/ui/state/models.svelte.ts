import { z } from 'zod';
import type { Device, DecodingFeatures, LoadedModel, LoadOptions } from '../../core/engine/engine.ts';
import { WholeLoad, type WholeProgress } from '../../core/engine/whole-load.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import { DEFAULT_MODEL_ID, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { DeviceChoice, ModelLease, ModelResidency, TextStore } from '../../lab/index.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';
import { Consent } from './consent.svelte.ts';
import { DEFAULT, EMBEDDED, isEmbedded, isStored, sizesOf } from './listed-models.ts';
import type { ListedModel, ModelShelf } from './listed-models.ts';
import { selfTestSentence } from './self-test-sentence.ts';
import { Stored } from './stored.svelte.ts';

export const DEVICES = ['auto', 'webgpu', 'wasm'] as const satisfies readonly DeviceChoice[];

/** Choices of version 1 named a tuned model by the id that is now its base's. */
const schema = z
  .object({
    version: z.int().catch(1),
    id: z.string().catch(DEFAULT_MODEL_ID),
    device: z.enum(DEVICES).catch('auto'),
  })
  .transform(({ version, id, device }) => ({
    version: 2,
    id: version < 2 && id === EMBEDDED_MODEL.id ? DEFAULT_MODEL_ID : id,
    device,
  }));
const DEVICE_NAMES: Record<Exclude<Device, 'remote'>, string> = { webgpu: 'WebGPU', wasm: 'Wasm', cpu: 'CPU' };

/** The part of the owner of models in memory that the page uses. */
export type ModelMemory = Pick<
  ModelResidency,
  'preferredDevice' | 'acquire' | 'unload' | 'loaded' | 'isLeaving' | 'subscribe'
> & {
  readonly ids: readonly string[];
};

/** The models of this browser, and the one that is chosen and perhaps in memory. */
export class Models {
  list = $state.raw<ListedModel[]>(EMBEDDED);
  listError = $state.raw<LabError | null>(null);
  phase = $state<'none' | 'loading' | 'ready' | 'failed'>('none');
  progress = $state.raw<WholeProgress | null>(null);
  error = $state.raw<LabError | null>(null);
  /** The chosen model if it is in memory, whoever loaded it. */
  loaded = $state.raw<LoadedModel | null>(null);
  /** All models in memory; those that will leave once they are no longer in use are marked. */
  residents = $state.raw<readonly { id: string; leaving: boolean }[]>([]);
  /** Estimated memory in bytes, by model; null if it cannot be known before loading. */
  memory = $state.raw<Record<string, number | null>>({});
  readonly #shelf: ModelShelf;
  readonly #residency: ModelMemory;
  readonly #offline: { keepEngines(): void };
  readonly #isMetered: () => boolean;
  readonly #choice: Stored<typeof schema>;
  /** Asks before the chosen model is fetched: for a notebook, and over a metered connection. */
  readonly consent = new Consent();
  #loading: Promise<void> | null = null;
  #stopping: AbortController | null = null;
  #follows = false;
  readonly #listFailed = (error: LabError): unknown => (this.listError = error);

  constructor(dependencies: {
    shelf: ModelShelf;
    residency: ModelMemory;
    texts: TextStore;
    offline: { keepEngines(): void };
    /** Whether the connection costs the person money or patience. */
    isMetered: () => boolean;
  }) {
    this.#shelf = dependencies.shelf;
    this.#residency = dependencies.residency;
    this.#offline = dependencies.offline;
    this.#isMetered = dependencies.isMetered;
    this.#choice = new Stored(dependencies.texts, 'model', schema);
  }

  /** Looks up the chosen model, unless it comes with the lab and cannot be on this device. */
  start(): void {
    this.#residency.preferredDevice = this.device;
    this.#residency.subscribe(() => this.#follow());
    if (!isEmbedded(this.#choice.current.id)) void this.refresh();
    else void this.#shelf.mayStore(sizesOf(this.chosen).bytes).then((may) => (may ? this.refresh() : undefined));
  }

  get chosen(): ListedModel {
    return this.list.find(({ id }) => id === this.#choice.current.id) ?? DEFAULT;
  }

  /**
   * The host that messages go to; null if they stay in the page, undefined while the chosen model is unknown.
   */
  get host(): string | null | undefined {
    const id = this.#choice.current.id;
    if (isEmbedded(id)) return null;
    const found = this.list.find((model) => model.id === id);
    return found ? (found.host ?? null) : undefined;
  }

  get device(): DeviceChoice {
    return this.#choice.current.device;
  }

  /** Where the loaded model runs, for display. */
  get where(): string {
    const device = this.loaded?.info.device;
    if (!device) return '';
    return device === 'remote' ? shellTexts.endpoint : DEVICE_NAMES[device];
  }

  get note(): string | null {
    return this.loaded?.info.note ?? null;
  }

  /** Whether the loaded model was checked on its device, as a sentence; null for models that run elsewhere. */
  get selfTest(): string | null {
    return this.loaded && selfTestSentence(this.loaded.info);
  }

  /** What to report about a device that computed wrong numbers; null if none did. */
  get report(): string | null {
    return this.loaded?.info.report ?? this.error?.detail.report ?? null;
  }

  get features(): DecodingFeatures | null {
    return this.loaded?.info.features ?? null;
  }

  /** Whether the chosen model wrote such a reply and can resume it; before it is loaded, its format decides. */
  resumes(modelId: string): boolean {
    const { id, format } = this.chosen;
    if (id !== modelId) return false;
    return this.features?.resumes ?? (format !== undefined && this.#shelf.formatResumes(format));
  }

  setDevice(device: DeviceChoice): void {
    this.#choice.current = { ...this.#choice.current, device };
    this.#residency.preferredDevice = device;
    this.memory = {};
  }

  /** Reads the list; from the first call on it follows changes, including those of other tabs. */
  async refresh(): Promise<void> {
    if (!this.#follows) {
      this.#follows = true;
      this.#shelf.subscribe(() => void this.refresh());
    }
    const failed = {
      code: 'unsupported',
      what: shellTexts.modelFailed.list,
      todo: shellTexts.reloadTodo,
    } as const;
    const list = await attempt(this.#listFailed, failed, () => this.#shelf.listModels());
    if (!list) return;
    this.list = list;
    this.listError = null;
  }

  /** Estimates the memory that a model takes, once per model. Fetches its configuration and its graph. */
  async estimate(id: string): Promise<void> {
    if (id in this.memory) return;
    this.memory = { ...this.memory, [id]: null };
    const found = await this.#shelf.estimateMemory(id, this.device === 'webgpu' ? 'webgpu' : 'wasm').catch(() => null);
    this.memory = { ...this.memory, [id]: found?.total ?? null };
  }

  /** Chooses the model that answers next; the loaded one stays until then. */
  choose(id: string): void {
    if (this.phase === 'loading' || this.phase === 'ready') return;
    this.#choice.current = { ...this.#choice.current, id };
    this.phase = 'none';
    this.error = null;
    this.#follow();
  }

  /**
   * Loads a model, by default the chosen one, on the chosen device, after freeing the one chosen before. Failures are
   * shown, not thrown.
   */
  async load(id?: string): Promise<void> {
    if (id === undefined && !this.#knowsChosen) await this.refresh();
    await this.#start(id ?? this.chosen.id).catch(() => undefined);
  }

  /**
   * Leases the chosen model, after loading it if necessary. On a metered connection, or if `asksFirst`, the person is
   * asked before anything is fetched. Aborting `signal` ends the wait, not the loading.
   * @throws {LabError} `cancelled` when the wait or the loading is stopped, and what loading throws.
   */
  async lease(
    signal: AbortSignal,
    { asksFirst = this.#isMetered(), ...options }: Pick<LoadOptions, 'onProgress'> & { asksFirst?: boolean } = {},
  ): Promise<ModelLease> {
    if (!this.loaded) {
      if (!this.#knowsChosen) await this.refresh();
      if (!this.#loading && asksFirst) await this.mayFetch(this.chosen.id, signal);
      throwIfCancelled(signal);
      if (this.phase !== 'ready') void this.#start(this.chosen.id).catch(() => undefined);
    }
    const stopping = this.#stopping?.signal;
    return this.#residency.acquire(this.#choice.current.id, {
      ...options,
      signal: stopping ? AbortSignal.any([signal, stopping]) : signal,
    });
  }

  /** Asks whether a model may be fetched, unless it is on this device already. */
  async mayFetch(id: string, signal: AbortSignal): Promise<void> {
    await this.refresh();
    const model = this.list.find((each) => each.id === id);
    if (model?.bytesToFetch && !this.#loading) await this.consent.ask(signal, model);
  }

  /** Lends the chosen model to `work`; see `lease`. */
  async use<Result>(signal: AbortSignal, work: (model: LoadedModel) => Promise<Result>): Promise<Result> {
    const { model, release } = await this.lease(signal);
    try {
      return await work(model);
    } finally {
      await release();
    }
  }

  cancel(): void {
    this.#stopping?.abort();
  }

  /** Frees a model, by default the chosen one; if it is in use, it is freed when it no longer is. */
  async unload(id = this.#choice.current.id): Promise<void> {
    await this.#residency.unload(id);
  }

  async remove(id: string): Promise<void> {
    const { modelFailed, reloadTodo: todo } = shellTexts;
    const failed = { code: 'unsupported', what: modelFailed.remove, todo } as const;
    await attempt(this.#listFailed, failed, () => this.#shelf.removeModel(id));
    await this.refresh();
  }

  /** Whether the list has the chosen model; until it does, the default would replace it. */
  get #knowsChosen(): boolean {
    const { id } = this.#choice.current;
    return isEmbedded(id) || this.list.some((model) => model.id === id);
  }

  #start(id: string): Promise<void> {
    if (this.#loading) return this.#loading;
    this.#loading = this.#load(id).finally(() => {
      this.#loading = null;
      this.#stopping = null;
      this.progress = null;
      this.#follow();
    });
    return this.#loading;
  }

  async #load(id: string): Promise<void> {
    const before = this.#choice.current.id;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#choice.current = { ...this.#choice.current, id };
    this.phase = 'loading';
    this.error = null;
    this.consent.agree();
    // Whether its files are here is known by the first report.
    if (isEmbedded(id) && this.chosen.bytesToFetch === undefined) void this.refresh();
    const whole = new WholeLoad(() => sizesOf(this.chosen));
    try {
      await this.#residency.unload(before);
      const lease = await this.#residency.acquire(id, {
        signal: stopping.signal,
        onProgress: (progress) => (this.progress = whole.add(progress)),
      });
      this.phase = 'ready';
      if (this.chosen.id === id && !isStored(this.chosen)) void this.refresh();
      this.#offline.keepEngines();
      await lease.release();
    } catch (error) {
      const fault = LabError.from(error, {
        code: 'bad-file',
        what: shellTexts.modelFailed.load,
        todo: shellTexts.loadTodo,
      });
      this.phase = fault.code === 'cancelled' ? 'none' : 'failed';
      this.error = fault.code === 'cancelled' ? null : fault;
      throw fault;
    }
  }

  /** Runs, judges and notebooks load and free models as well. */
  #follow(): void {
    const { ids } = this.#residency;
    this.residents = ids.map((id) => ({ id, leaving: this.#residency.isLeaving(id) }));
    this.loaded = this.#residency.loaded(this.#choice.current.id) ?? null;
    if (this.#loading) return;
    if (this.loaded) this.phase = 'ready';
    else if (this.phase === 'ready') this.phase = 'none';
  }
}
