import type { LabError } from '../../core/error.ts';
import type { Example } from '../../lab/index.ts';
import { compareTexts } from '../texts/compare.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';

/** The comparisons that come with the lab, read when they are first shown. */
export class Examples {
  list = $state.raw<readonly Example[]>([]);
  error = $state.raw<LabError | null>(null);
  readonly #load: () => Promise<Example[]>;

  constructor(load: () => Promise<Example[]>) {
    this.#load = load;
  }

  async open(): Promise<void> {
    if (this.list.length > 0) return;
    this.error = null;
    const failed = { code: 'network', what: compareTexts.failed.examples, todo: shellTexts.tryAgain } as const;
    this.list = (await attempt((error) => (this.error = error), failed, this.#load)) ?? [];
  }
}
