import { openModelDatabase, type ModelDatabase } from '../../browser/model-store/database.ts';
import { Lazy } from '../../core/async/memoised.ts';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { ModelRecord } from '../../core/engine/record.ts';
import { LabError } from '../../core/error.ts';

/** The part of the database that the catalogue uses. */
type Records = Pick<ModelDatabase, 'getAll' | 'put' | 'delete'>;

/** The records of all models of this browser: those that come with the lab and those that a person added. */
export class ModelCatalogue {
  readonly #database: Lazy<Records>;
  readonly #channel: () => BroadcastChannel | undefined;
  readonly #listeners = new Set<() => void>();
  /** Records of models without files if there is no database; they last as long as the page. */
  readonly #unkept = new Map<string, ModelRecord>();
  #changes: BroadcastChannel | undefined;

  /** Nothing is opened before the first call. `channel`, if available, notifies other tabs of changes. */
  constructor(open: () => Promise<Records>, channel: () => BroadcastChannel | undefined) {
    this.#database = new Lazy(() =>
      open().catch((error: unknown) => {
        throw LabError.from(error, {
          code: 'io',
          what: 'The list of models cannot be opened',
          todo: 'Private windows often do not allow storage; use a normal one.',
        });
      }),
    );
    this.#channel = channel;
  }

  /** The embedded model and its adapters first, then the others, the newest first. */
  async list(): Promise<ModelRecord[]> {
    const added = await this.#database.get().then(
      (db) => db.getAll('models'),
      () => [],
    );
    const all = [...added.filter(({ id }) => !this.#unkept.has(id)), ...this.#unkept.values()];
    return [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS, ...all.sort((a, b) => b.addedAt - a.addedAt).map(withCurrentBase)];
  }

  /** @throws {LabError} `not-found` when there is none. */
  async find(id: string): Promise<ModelRecord> {
    const record = (await this.list()).find((each) => each.id === id);
    if (record) return record;
    throw new LabError({
      code: 'not-found',
      where: id,
      what: 'This model does not exist here.',
      todo: 'Choose one from the list, or add it again.',
    });
  }

  /** @throws {LabError} `io` when the browser keeps no databases and the model has files. */
  async keep(record: ModelRecord): Promise<void> {
    const kept = this.#database.get().then((db) => db.put('models', record));
    if (record.format === 'endpoint' || record.format === 'mlc') {
      // What they need is not in this database or its files, so they can be used without a stored record.
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

  /** Calls `listener` on every change to the list, also in other tabs; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#openChannel();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Announces that the stored files have changed, though the list has not. */
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

/** The lab may have got a new version of the base since an adapter was added. */
function withCurrentBase(record: ModelRecord): ModelRecord {
  return record.format === 'adapter' && record.base.id === EMBEDDED_MODEL.id
    ? { ...record, base: EMBEDDED_MODEL }
    : record;
}

/** The catalogue of this browser. */
export const catalogue = new ModelCatalogue(
  () => openModelDatabase(),
  () => (typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('solace-lab-models')),
);
