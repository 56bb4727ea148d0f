import * as Plot from '@observablehq/plot';
import type { DatasetStatistics, Lengths, Share } from '../core/dataset/statistics.ts';
import { countedQuantile } from '../core/statistics/descriptive.ts';
import { formatNumber } from '../core/units.ts';
import { DATASET_WORDS } from './dataset-words.ts';
import type { FigureSize } from './draw.ts';

/** The language that a figure speaks, as a BCP 47 tag, and its words. */
export interface FigureSpeech {
  words: typeof DATASET_WORDS;
  language: string;
}

const ENGLISH: FigureSpeech = { words: DATASET_WORDS, language: 'en' };

/** Colours that keep a contrast of 3:1 on light and on dark paper; hues after Okabe and Ito. */
const SEEKER = '#c4622d';
const SUPPORTER = '#2f7fc1';
const ONE = '#8a5a83';

/** Margins for the lab's font size, which is larger than Plot's default. */
const AXES = { height: 230, marginLeft: 48, marginBottom: 46 };
/** Maximum number of bars of a histogram. */
const BINS = 30;
/** Maximum width of names beside bars, in pixels. */
const NAMES = 250;

/** Histogram of dialogues by number of utterances. */
export function dialogueLengths(
  { utterancesPerDialogue }: DatasetStatistics,
  { width, tip = false }: FigureSize,
  { words, language }: FigureSpeech = ENGLISH,
): Plot.PlotOptions {
  const interval = intervalFor(utterancesPerDialogue);
  const bins = binned(utterancesPerDialogue, interval, utterancesPerDialogue.at(-1)?.length ?? 0).filter(
    ({ count }) => count > 0,
  );
  return {
    width,
    ...AXES,
    x: { label: words.utterances, labelOffset: AXES.marginBottom - 4, tickFormat: ticksIn(language) },
    y: { label: words.dialogues, grid: true, tickFormat: ticksIn(language) },
    marks: [
      Plot.rectY(bins, {
        x1: 'from',
        x2: (bin: Bin) => bin.from + interval,
        y: 'count',
        fill: ONE,
        inset: 0.5,
        tip,
        title: ({ from, count }: Bin) =>
          interval === 1
            ? words.oneLength(from, formatNumber(count, 0, language))
            : words.lengths(from, from + interval - 1, formatNumber(count, 0, language)),
      }),
      Plot.ruleY([0]),
    ],
  };
}

/** Share of each speaker's utterances by number of words, without the longest 1 %. */
export function utteranceLengths(
  { seeker, supporter }: DatasetStatistics,
  { width, tip = false }: FigureSize,
  { words, language }: FigureSpeech = ENGLISH,
): Plot.PlotOptions {
  const sides = [
    { name: words.seeker, colour: SEEKER, ...seeker },
    { name: words.supporter, colour: SUPPORTER, ...supporter },
  ];
  const longest = Math.max(
    ...sides.map(({ wordsPerUtterance }) =>
      countedQuantile(
        wordsPerUtterance.map(({ length: value, count }) => ({ value, count })),
        0.99,
      ),
    ),
  );
  const interval = intervalFor([
    { length: 0, count: 0 },
    { length: longest, count: 0 },
  ]);
  return {
    width,
    ...AXES,
    x: {
      label: words.words,
      labelOffset: AXES.marginBottom - 4,
      domain: [0, longest + interval],
      tickFormat: ticksIn(language),
    },
    y: { label: words.share, grid: true, tickFormat: ticksIn(language) },
    marks: [
      ...sides.flatMap(({ name, colour, wordsPerUtterance, utterances }) => {
        const bins = binned(wordsPerUtterance, interval, longest).map((bin) => ({
          ...bin,
          share: (100 * bin.count) / utterances,
        }));
        return [
          Plot.lineY(bins, { x: 'middle', y: 'share', stroke: colour, strokeWidth: 2, curve: 'monotone-x' }),
          Plot.dot(bins, {
            x: 'middle',
            y: 'share',
            fill: colour,
            r: 2.5,
            tip,
            title: ({ from, share }: Bin & { share: number }) =>
              words.shareOf(name, formatNumber(share, 1, language), from, from + interval - 1),
          }),
        ];
      }),
      ...sides.map(({ name, colour }, i) =>
        Plot.text([`● ${name}`], { frameAnchor: 'top-right', dy: 4 + 16 * i, fill: colour, fontWeight: 600 }),
      ),
      Plot.ruleY([0]),
    ],
  };
}

/** The frequency of each name, most frequent on top. */
export function shareBars(
  shares: readonly Share[],
  { width, tip = false }: FigureSize,
  { language }: Pick<FigureSpeech, 'language'> = ENGLISH,
): Plot.PlotOptions {
  const percent = (share: number): string => `${formatNumber(100 * share, 1, language)} %`;
  const names = Math.min(NAMES, width * 0.45);
  const fits = Math.floor(names / 6.2);
  return {
    width,
    height: 26 * shares.length + 12,
    marginLeft: names,
    marginRight: 64,
    marginTop: 0,
    marginBottom: 12,
    x: { axis: null },
    y: {
      label: null,
      domain: shares.map(({ name }) => name),
      tickSize: 0,
      tickFormat: (name: string) => (name.length > fits ? `${name.slice(0, fits - 1)}…` : name),
    },
    marks: [
      Plot.barX(shares, {
        x: 'count',
        y: 'name',
        fill: SUPPORTER,
        insetTop: 3,
        insetBottom: 3,
        tip,
        title: ({ name, count, share }: Share) => `${name}\n${formatNumber(count, 0, language)} (${percent(share)})`,
      }),
      Plot.text(shares, {
        x: 'count',
        y: 'name',
        text: ({ share }: Share) => percent(share),
        textAnchor: 'start',
        dx: 6,
      }),
    ],
  };
}

/** Numbers beside an axis. */
const ticksIn =
  (language: string) =>
  (value: number): string =>
    value.toLocaleString(language);

/** A whole bin width of 1, 2 or 5 times a power of ten that gives at most 30 bins. */
function intervalFor(lengths: Lengths): number {
  const span = (lengths.at(-1)?.length ?? 0) - (lengths[0]?.length ?? 0);
  for (let unit = 1; ; unit *= 10) for (const step of [1, 2, 5]) if (span / (step * unit) <= BINS) return step * unit;
}

/** Lengths from `from` to the next bin's `from`, exclusive. */
interface Bin {
  from: number;
  middle: number;
  count: number;
}

function binned(lengths: Lengths, interval: number, longest: number): Bin[] {
  const bins = Array.from({ length: Math.floor(longest / interval) + 1 }, (_, i) => ({
    from: i * interval,
    middle: (i + 0.5) * interval,
    count: 0,
  }));
  for (const { length, count } of lengths) {
    const bin = bins[Math.floor(length / interval)];
    if (bin) bin.count += count;
  }
  return bins;
}
