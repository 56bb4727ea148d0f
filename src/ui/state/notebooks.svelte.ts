import { LabError } from '../../core/error.ts';
import {
  deleteNotebook,
  getNotebook,
  listNotebooks,
  putNotebook,
  type StoredNotebook,
} from '../../lab/notebooks/bridge.ts';
import { CATALOGUE } from '../../notebook/catalogue.ts';
import { LONGEST_NOTEBOOK } from '../../notebook/protocol.ts';
import { uniqueId } from '../../core/unique-id.ts';
import { loadBuiltIn } from '../notebook/built-in.ts';
import { readNotebook } from '../notebook/import.ts';
import { clearMark, didNotFinish, markRunning } from '../notebook/run-mark.ts';
import { toasts } from './toasts.svelte.ts';

/** The notebook that is open. */
export interface ShownNotebook {
  id: string;
  title: string;
  /** As it was when it was opened; edits are in the sandbox and in the store. */
  html: string;
  imported: boolean;
  builtIn: boolean;
}

const EMPTY = `<!doctype html>
<notebook theme="air">
  <title>Untitled</title>
  <script id="1" type="text/markdown">
    # Untitled
  </script>
  <script id="2" type="module" pinned>
    const [first] = await lab.compress(["I am so tired of all this."], {representation: "keypos"});
    display(first.text);
  </script>
</notebook>
`;

const isBuiltIn = (id: string): boolean => CATALOGUE.some(({ name }) => name === id);

/** The person's notebooks, and the one that is open. */
class Notebooks {
  stored = $state.raw<StoredNotebook[]>([]);
  shown = $state.raw<ShownNotebook | null>(null);
  /** The text as last saved or opened: what an export holds. */
  current = $state('');
  /** Whether the built-in notebook that is open differs from the original. */
  edited = $state(false);
  error = $state.raw<LabError | null>(null);
  #opening = 0;

  async refresh(): Promise<void> {
    await this.#guard(async () => (this.stored = await listNotebooks()));
  }

  isEdited(name: string): boolean {
    return this.stored.some(({ id }) => id === name);
  }

  get own(): StoredNotebook[] {
    return this.stored.filter(({ id }) => !isBuiltIn(id));
  }

  /** Opens a built-in or stored notebook. */
  async open(id: string): Promise<void> {
    const opening = ++this.#opening;
    this.shown = null;
    this.error = null;
    await this.#guard(async () => {
      const stored = await getNotebook(id);
      const entry = CATALOGUE.find(({ name }) => name === id);
      const html = stored?.html ?? (entry && (await loadBuiltIn(id)));
      if (opening !== this.#opening) return;
      if (html === undefined)
        throw new LabError({
          code: 'not-found',
          where: id,
          what: 'There is no such notebook here.',
          todo: 'Go back to the list.',
        });
      this.edited = Boolean(stored && entry);
      this.current = html;
      this.shown = {
        id,
        title: stored?.title ?? entry?.title ?? 'Untitled',
        html,
        imported: stored?.imported ?? false,
        builtIn: Boolean(entry),
      };
    });
  }

  /** Keeps what the sandbox says its notebook is now. */
  async save(id: string, { title, html }: { title: string; html: string }): Promise<void> {
    const shown = this.shown;
    if (shown?.id !== id || typeof title !== 'string' || typeof html !== 'string' || html.length > LONGEST_NOTEBOOK)
      return;
    const kept = title.slice(0, 200);
    this.current = html;
    this.edited = shown.builtIn;
    await this.#guard(() => putNotebook({ id, title: kept, html, imported: shown.imported, updatedAt: Date.now() }));
  }

  /** Throws the edits of the built-in notebook that is open away. */
  reset(id: string): Promise<void> {
    return this.#discardEdits(id, () => this.open(id));
  }

  /** The same from the list, without opening it. */
  restore(id: string): Promise<void> {
    return this.#discardEdits(id, () => this.refresh());
  }

  async remove(notebook: StoredNotebook): Promise<void> {
    await this.#guard(() => deleteNotebook(notebook.id));
    await this.refresh();
    toasts.show(`“${notebook.title}” deleted.`, {
      label: 'Undo',
      run: () => void putNotebook(notebook).then(() => this.refresh()),
    });
  }

  async #discardEdits(id: string, show: () => Promise<void>): Promise<void> {
    const before = await getNotebook(id).catch(() => undefined);
    const unfinished = didNotFinish(id);
    await this.#guard(() => deleteNotebook(id));
    clearMark(id);
    await show();
    if (!before) return;
    const undo = async () => {
      if (unfinished) markRunning(id);
      await this.#guard(() => putNotebook(before));
      await show();
    };
    toasts.show('Back to the original.', { label: 'Undo', run: () => void undo() });
  }

  /** Stores a new notebook and returns its id. */
  create(): Promise<string | undefined> {
    return this.#add({ title: 'Untitled', html: EMPTY, imported: false });
  }

  /** Copies the open notebook as it is now and returns the copy's id. */
  copy(): Promise<string | undefined> {
    const { title = 'Untitled', imported = false } = this.shown ?? {};
    return this.#add({ title: `${title} (copy)`, html: this.current, imported });
  }

  /** Stores the notebooks of files; what can't be read is shown as an error, the others are kept. */
  async import(files: readonly File[]): Promise<string | undefined> {
    let last: string | undefined;
    for (const file of files) {
      await this.#guard(async () => {
        last = await this.#add({ ...(await readNotebook(file)), imported: true });
      });
    }
    await this.refresh();
    return last;
  }

  async #add(notebook: Omit<StoredNotebook, 'id' | 'updatedAt'>): Promise<string | undefined> {
    const id = uniqueId();
    const done = await this.#guard(() => putNotebook({ ...notebook, id, updatedAt: Date.now() }).then(() => true));
    return done ? id : undefined;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.error = LabError.from(error, {
        code: 'unsupported',
        what: 'The notebook could not be read or kept.',
        todo: 'Export it, then reload the page.',
      });
      return undefined;
    }
  }
}

export const notebooks = new Notebooks();
