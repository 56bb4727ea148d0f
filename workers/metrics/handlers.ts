import { fetchChecked } from '../../src/browser/fetch-checked.ts';
import { throwIfCancelled } from '../../src/core/error.ts';
import { packPairs, type PackedPairs } from '../../src/core/metrics/packed.ts';
import { measurePair, type MeasuredPair, type Pair } from '../../src/core/metrics/pair.ts';
import { readWordNet, type WordNet } from '../../src/core/metrics/wordnet.ts';
import { LazyMap } from '../../src/core/async/memoised.ts';
import { nextTask } from '../../src/core/async/next-task.ts';
import { withTransfer, type Method } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';

/** The methods of the metrics worker; events are the number of pairs done so far. */
export type MetricsApi = {
  /** METEOR is left out if `wordnetUrl` is absent. */
  measure: Method<{ pairs: Pair[]; wordnetUrl?: string | undefined }, PackedPairs, number>;
};

/** Milliseconds of measuring before yielding to messages. */
const SLICE = 50;

/** Measures pairs one by one, yielding to other tasks and stopping when `signal` is aborted. */
export async function measurePairs(
  pairs: readonly Pair[],
  wordnet: WordNet | undefined,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((done: number) => void) | undefined } = {},
): Promise<MeasuredPair[]> {
  const measured: MeasuredPair[] = [];
  let pause = performance.now() + SLICE;
  for (const pair of pairs) {
    measured.push(measurePair(pair, wordnet));
    if (performance.now() < pause) continue;
    onProgress?.(measured.length);
    await nextTask();
    throwIfCancelled(signal);
    pause = performance.now() + SLICE;
  }
  return measured;
}

const loaded = new LazyMap<string, WordNet>();

/** The compact WordNet at a URL, cached once loaded. */
export function fetchWordNet(url: string): Promise<WordNet> {
  return loaded.get(url, async () => readWordNet(await download(url)));
}

const download = (url: string) =>
  fetchChecked(
    url,
    { what: 'WordNet could not be loaded.', todo: 'Check the connection and try again.' },
    async (response) => new Uint8Array(await response.arrayBuffer()),
  );

/** The worker's handlers; `open` loads WordNet. */
export function createMetricsHandlers(open: (url: string) => Promise<WordNet>): Handlers<MetricsApi> {
  return {
    measure: async ({ pairs, wordnetUrl }, { signal, emit }) => {
      const wordnet = wordnetUrl === undefined ? undefined : await open(wordnetUrl);
      const packed = packPairs(await measurePairs(pairs, wordnet, { signal, onProgress: emit }));
      return withTransfer(packed, [packed.numbers.buffer]);
    },
  };
}
