import { LazyMap } from '../../core/async/memoised.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { LoadedModel, LoadProgress } from '../../core/engine/engine.ts';
import type { CallContext } from '../../rpc/server.ts';
import { Lru } from '../../core/lru.ts';
import type { NotebookFunction, Permission } from './define.ts';
import { functionNamed, NOTEBOOK_FUNCTIONS } from './functions.ts';
import type { ModelLease } from '../models/residency.ts';
import type { PageData } from './page-data.ts';
import type { NotebookServices } from './services.ts';
import { freeTuned } from './training.ts';

export { pageData } from './page-data.ts';
export { openServices } from './services.ts';
export type { Permission } from './define.ts';
export { attachFiles, detachFiles, notebookFiles } from '../../browser/storage/notebook-file-store.ts';
export {
  deleteNotebook,
  getNotebook,
  listNotebooks,
  putNotebook,
  type StoredNotebook,
} from '../../browser/storage/notebook-store.ts';

/** What the page gives a notebook's bridge. */
export interface NotebookHost {
  /** Leases the model that notebooks use; a call holds the lease until it ends. */
  lease(signal: AbortSignal, onProgress?: (progress: LoadProgress) => void): Promise<ModelLease>;
  /** Asks whether the model may be fetched that training reads, unless it is on this device. */
  mayFetchBase(signal: AbortSignal): Promise<void>;
  /** Services for this notebook alone. */
  services: NotebookServices;
  /** What notebooks read of the page. */
  data: PageData;
  /** Asks the person for permission; resolves to the answer. */
  ask(permission: Permission): Promise<boolean>;
}

/** Names of the functions in a notebook's `lab`. */
export const FUNCTION_NAMES: string[] = Object.keys(NOTEBOOK_FUNCTIONS);

export interface LabCall {
  name: string;
  args: unknown[];
}

/** Cached results of notebook calls, by arguments and model, until the page is closed. */
const results = new Lru<unknown>(2000);
const MEMORABLE = 2_000_000;

/**
 * The only way from a notebook to the lab. Calls come from untrusted code, so each is looked up in a fixed table and
 * its arguments are checked. Permissions apply to this bridge only: create one each time a notebook is opened.
 */
export class NotebookBridge {
  readonly #host: NotebookHost;
  readonly #answers = new LazyMap<Permission, boolean>();
  readonly #left = new AbortController();

  constructor(host: NotebookHost) {
    this.#host = host;
  }

  /**
   * @throws {LabError} `unsupported` for a name that is not in the table, `bad-config` for wrong arguments, `refused`.
   */
  async call({ name, args }: LabCall, { signal: stopped, emit }: CallContext<unknown>): Promise<unknown> {
    throwIfCancelled(this.#left.signal);
    const signal = AbortSignal.any([stopped, this.#left.signal]);
    const entry = functionNamed(name);
    if (!entry) throw unknownFunction(name);
    const checked = check(name, entry, args);
    let lease: Promise<ModelLease> | undefined;
    const model = (onProgress?: (progress: LoadProgress) => void) =>
      this.#allowed((lease ??= this.#host.lease(signal, onProgress)));
    const { services, data } = this.#host;
    const mayFetchBase = () => this.#host.mayFetchBase(signal);
    const require = (permission: Permission) => this.#require(permission);
    const run = () => entry.run(checked, { signal, emit, model, mayFetchBase, services, data, require });
    try {
      const by = entry.cached(checked);
      if (by === null) return await run();
      const modelId = by === 'model' ? (await model()).info.modelId : '';
      const key = JSON.stringify([name, checked, modelId]);
      const known = key.length < MEMORABLE ? results.get(key) : undefined;
      if (known !== undefined) return known;
      const fresh = await run();
      if (key.length < MEMORABLE && !signal.aborted) results.set(key, fresh);
      return fresh;
    } finally {
      void lease?.then(
        ({ release }) => release(),
        () => undefined,
      );
    }
  }

  /** The notebook is closed: its calls stop, and it can make no more. */
  close(): void {
    this.#left.abort();
    this.#host.services.close();
    void freeTuned();
  }

  /** A model behind an endpoint sends text away and may cost money, so it needs the person's permission. */
  async #allowed(lease: Promise<ModelLease>): Promise<LoadedModel> {
    const { model } = await lease;
    if (model.info.device === 'remote') await this.#require('endpoint');
    return model;
  }

  async #require(permission: Permission): Promise<void> {
    if (await this.#answers.get(permission, () => this.#host.ask(permission))) return;
    throw new LabError({
      code: 'refused',
      where: permission,
      what: 'You did not allow this notebook to do that.',
      todo: 'Open the notebook again to be asked again.',
    });
  }
}

function check(name: string, entry: NotebookFunction, args: unknown[]): unknown[] {
  const parsed = entry.args.safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.length
    ? `argument ${issue.path.map((step, i) => (i === 0 ? Number(step) + 1 : String(step))).join(', ')}`
    : 'its arguments';
  throw new LabError({
    code: 'bad-config',
    where: `lab.${name}`,
    what: `${place[0]?.toUpperCase()}${place.slice(1)} can't be used: ${issue?.message ?? 'wrong shape'}.`,
    todo: 'docs/reference/notebook-api.md lists what each function takes.',
  });
}

function unknownFunction(name: string): LabError {
  return new LabError({
    code: 'unsupported',
    where: `lab.${name.slice(0, 80)}`,
    what: 'Notebooks do not have this function.',
    todo: `They have: ${FUNCTION_NAMES.join(', ')}.`,
  });
}
