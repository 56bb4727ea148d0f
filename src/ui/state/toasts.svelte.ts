export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

/** Short messages at the foot of the page, e.g. "Deleted. Undo". */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 0;

  show(text: string, action?: Toast['action'], lifetimeMs = 8000): void {
    const id = this.#next++;
    this.list.push(action ? { id, text, action } : { id, text });
    setTimeout(() => this.dismiss(id), lifetimeMs);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
