export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

/** Shown at one time, at most: a notebook can ask for as many as it likes. */
const MOST = 5;

/** Short messages over the page, e.g. "Deleted. Undo". */
export class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  /**
   * Returns the toast's id, for those whose action is gone before they are.
   * @param lifetimeMs long enough to decide where there is something to do
   */
  show(text: string, action?: Toast['action'], lifetimeMs = action ? 8000 : 4000): number {
    const id = this.#next++;
    this.list = [...this.list, action ? { id, text, action } : { id, text }].slice(-MOST);
    setTimeout(() => this.dismiss(id), lifetimeMs);
    return id;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
