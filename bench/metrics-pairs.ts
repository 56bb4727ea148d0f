import { seededRandom } from '../src/core/random/xoshiro128.ts';
import type { Pair } from '../src/core/metrics/pair.ts';
import { hasShared, readJsonLinesGz } from '../tests/harness/shared.ts';

const ESCONV = 'data/esconv/esconv_test.jsonl.gz';

/**
 * Pairs for a benchmark: half are two different supporter turns of ESConv's test split, half a turn and a damaged copy
 * of it. Without the shared folder, turns consist of random common words. All texts differ, so that no cache helps.
 */
export function benchPairs(count: number): { pairs: Pair[]; source: string } {
  const random = seededRandom(1590);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const shared = hasShared(ESCONV);
  const turns = shared ? esconvTurns() : Array.from({ length: 2 * count }, () => madeTurn(pick, random));
  const pairs = Array.from({ length: count }, (_, id): Pair => {
    const ref = turns[id % turns.length] ?? '';
    if (id % 2 === 0) return { id, hyp: turns[(id + count) % turns.length] ?? '', ref };
    const words = ref.split(' ').filter(() => random() > 0.15);
    const hyp = words.map((word) => (random() < 0.1 ? pick(turns).split(' ')[0] : word)).join(' ');
    return { id, hyp, ref };
  });
  return { pairs, source: shared ? 'ESConv test' : 'made-up turns' };
}

function esconvTurns(): string[] {
  const dialogues = readJsonLinesGz<{ dialog: { text: string; speaker: string }[] }>(ESCONV);
  const turns = dialogues.flatMap(({ dialog }) =>
    dialog.filter(({ speaker }) => speaker === 'sys').map(({ text }) => text),
  );
  return [...new Set(turns)].filter((text) => text.trim() !== '');
}

const WORDS = (
  'I you we they it that this what how why when feel felt feeling think thought know understand hear sounds seems ' +
  'try tried ' +
  'talk talking talked work job boss friend friends family mother exam school money time day week night sleep help ' +
  'helped hope ' +
  'hard difficult tired sad angry worried alone happy better worse really very just so not never always maybe if ' +
  'because but and ' +
  "or with about to for from a the my your their is are was were be been have had do don't can't could would " +
  "should will I'm it's"
).split(' ');

function madeTurn(pick: <T>(list: readonly T[]) => T, random: () => number): string {
  const words = Array.from(
    { length: 6 + Math.floor(random() * 30) },
    () => pick(WORDS) + (random() < 0.1 ? pick([',', '.', '?']) : ''),
  );
  return `${words.join(' ')}.`;
}
