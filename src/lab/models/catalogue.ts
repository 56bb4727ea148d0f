import { openModelDatabase, type ModelDatabase } from '../../browser/model-store/database.ts';
import { Lazy } from '../../core/async/memoised.ts';
import { EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { ModelRecord } from '../../core/engine/record.ts';
import { LabError } from '../../core/error.ts';

/** As much of the database as the catalogue uses. */
type Records = Pick<ModelDatabase, 'getAll' | 'put' | 'delete'>;

/** The records of all models of this browser: the embedded one and those that a person added. */
export class ModelCatalogue {
  readonly #database: Lazy<Records>;
  readonly #channel: () => BroadcastChannel | undefined;
  readonly #listeners = new Set<() => void>();
  /** Records of models without files where there is no database: they last as long as the page. */
  readonly #unkept = new Map<string, ModelRecord>();
  #changes: BroadcastChannel | undefined;

  /** Nothing is opened before the first call. `channel` tells other tabs of changes, where the browser has one. */
  constructor(open: () => Promise<Records>, channel: () => BroadcastChannel | undefined) {
    this.#database = new Lazy(() =>
      open().catch((error: unknown) => {
        throw LabError.from(error, {
          code: 'io',
          what: 'The list of models cannot be opened',
          todo: 'Private windows often allow no storage; use a normal one.',
        });
      }),
    );
    this.#channel = channel;
  }

  /** The embedded model first, then the others, the newest first. */
  async list(): Promise<ModelRecord[]> {
    const added = await this.#database.get().then(
      (db) => db.getAll('models'),
      () => [],
    );
    const all = [...added.filter(({ id }) => !this.#unkept.has(id)), ...this.#unkept.values()];
    return [EMBEDDED_MODEL, ...all.sort((a, b) => b.addedAt - a.addedAt)];
  }

  /** @throws {LabError} `not-found` when there is none. */
  async find(id: string): Promise<ModelRecord> {
    const record = (await this.list()).find((each) => each.id === id);
    if (record) return record;
    throw new LabError({
      code: 'not-found',
      where: id,
      what: 'There is no such model here.',
      todo: 'Choose one from the list, or add it again.',
    });
  }

  /** @throws {LabError} `io` when the browser keeps no databases and the model has files. */
  async keep(record: ModelRecord): Promise<void> {
    const kept = this.#database.get().then((db) => db.put('models', record));
    if (record.format === 'endpoint' || record.format === 'mlc') {
      // Nothing of them lies on this device, so they can be used without being kept.
      await kept.then(
        () => this.#unkept.delete(record.id),
        () => this.#unkept.set(record.id, record),
      );
    } else await kept;
    this.#changed();
  }

  async remove(id: string): Promise<void> {
    if (!this.#unkept.delete(id)) await (await this.#database.get()).delete('models', id);
    this.#changed();
  }

  /** Hears of every change to the list, in other tabs as well; returns a function that stops listening. */
  subscribe(listener: () => void): () => void {
    this.#openChannel();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What lies on this device has changed, though the list has not. */
  notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #changed(): void {
    this.notify();
    this.#openChannel()?.postMessage(null);
  }

  #openChannel(): BroadcastChannel | undefined {
    if (this.#changes) return this.#changes;
    this.#changes = this.#channel();
    this.#changes?.addEventListener('message', () => this.notify());
    return this.#changes;
  }
}

/** The catalogue of this browser. */
export const catalogue = new ModelCatalogue(
  () => openModelDatabase(),
  () => (typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('solace-lab-models')),
);
