import type { TextStore } from '../../../lab/index.ts';
import type { Toast } from '../toasts.svelte.ts';

/** Texts in memory, by key. */
export function memoryTexts(stored: Record<string, string> = {}): TextStore & { texts: Map<string, string> } {
  const texts = new Map(Object.entries(stored));
  return {
    texts,
    get: (key) => texts.get(key) ?? null,
    set: (key, text) => void (text === null ? texts.delete(key) : texts.set(key, text)),
  };
}

/** A promise that the test settles. */
export interface Deferred<Result = void> {
  promise: Promise<Result>;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export function deferred<Result = void>(): Deferred<Result> {
  let resolve: (result: Result) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Result>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/** Resolves once all pending promise callbacks and effects have run. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Toasts that remember what was shown. */
export function fakeToasts() {
  const shown: Pick<Toast, 'text' | 'action'>[] = [];
  return {
    shown,
    show: (text: string, action?: Toast['action']) => shown.push({ text, ...(action && { action }) }) - 1,
    texts: () => shown.map(({ text }) => text),
    /** Presses the button of the latest toast. */
    undo: async () => {
      shown.at(-1)?.action?.run();
      await settled();
    },
  };
}
