export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

/** Maximum number shown at once, because a notebook can request any number. */
const MOST = 5;

/** Short messages over the page, e.g. "Deleted. Undo". */
export class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  /**
   * Returns the toast's id, so that it can be dismissed when its action becomes obsolete.
   * @param lifetimeMs long enough to decide whether to use the action
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
