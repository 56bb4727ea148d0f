import type { LoadProgress } from './engine.ts';

/** How far a model is loaded, all steps together. */
export interface WholeProgress extends LoadProgress {
  /** Of the whole, in 0..1; it never falls. Null while nothing is known. */
  share: number | null;
  /** Whether the bytes say what is fetched; other steps have no size that means anything to a person. */
  fetches: boolean;
}

/** What is known of a load before it begins. */
export interface LoadSizes {
  /** Of all files, also those that are on this device; 0 while unknown. */
  bytes: number;
  /** Whether all of them are on this device. */
  stored: boolean;
}

/** The steps after fetching, by how the stage begins, and the share of the rest that is done when one begins. */
const STEPS: readonly (readonly [stage: string, begins: number])[] = [
  ['Merging', 0],
  ['Preparing', 0.3],
  ['Reading', 0.6],
  ['Loading', 0.65],
  ['Ready', 1],
];

/** Fetching takes most of the time, unless everything is on this device. */
const FETCHING = { fresh: 0.9, stored: 0.1 };

/**
 * Makes one progress with one total of the steps of a load, each of which counts its own bytes from 0. Files are
 * fetched in several groups, some of which have files in common; a group is known by its total.
 */
export class WholeLoad {
  readonly #sizes: () => LoadSizes;
  #totalBytes = 0;
  #fetching: number | undefined;
  readonly #groups = new Map<number, number>();
  #share: number | null = null;
  #fetched = 0;

  /** @param sizes is asked once, at the first report */
  constructor(sizes: () => LoadSizes) {
    this.#sizes = sizes;
  }

  add(progress: LoadProgress): WholeProgress {
    const { stage, loadedBytes, totalBytes } = progress;
    if (this.#fetching === undefined) {
      const { bytes, stored } = this.#sizes();
      this.#totalBytes = bytes;
      this.#fetching = stored ? FETCHING.stored : FETCHING.fresh;
    }
    const fetching = this.#fetching;
    const fetches = stage.startsWith('Fetching');
    if (fetches) {
      this.#totalBytes = Math.max(this.#totalBytes, totalBytes);
      this.#groups.set(totalBytes, Math.max(this.#groups.get(totalBytes) ?? 0, loadedBytes));
      const sum = [...this.#groups.values()].reduce((all, bytes) => all + bytes, 0);
      this.#fetched = Math.max(this.#fetched, Math.min(sum, this.#totalBytes));
      if (this.#totalBytes > 0) this.#reach((this.#fetched / this.#totalBytes) * fetching);
    } else this.#step(progress, fetching);
    return { stage, loadedBytes: this.#fetched, totalBytes: this.#totalBytes, share: this.#share, fetches };
  }

  #step({ stage, loadedBytes, totalBytes }: LoadProgress, fetching: number): void {
    const at = STEPS.findIndex(([begin]) => stage.startsWith(begin));
    const [, begins] = STEPS[at] ?? [];
    if (begins === undefined) return;
    const ends = STEPS[at + 1]?.[1] ?? 1;
    const done = totalBytes > 0 ? Math.min(1, loadedBytes / totalBytes) : 0;
    this.#reach(fetching + (1 - fetching) * (begins + (ends - begins) * done));
  }

  #reach(share: number): void {
    this.#share = Math.max(this.#share ?? 0, share);
  }
}
