import { settings } from '../app/shell.ts';

/** The least that the slider allows; below, hardly a message fits. */
export const SMALLEST_BUDGET = 256;

/** Taken for the window of a model that does not say how long its is, or is not loaded yet. */
const USUAL_WINDOW = 8192;

export function modelWindow(contextWindow: number | null | undefined): number {
  return contextWindow ?? USUAL_WINDOW;
}

/** The window as the person has set it, with room for a reply of `maxNewTokens`. */
export function windowFor(
  contextWindow: number | null | undefined,
  maxNewTokens: number,
): { budget: number; reserve: number } {
  const most = modelWindow(contextWindow);
  const budget = Math.min(settings.current.budget ?? most, most);
  // In a window set very small, a long reply allowed must not push the newest message out.
  return { budget, reserve: Math.min(maxNewTokens, Math.floor(budget / 2)) };
}
