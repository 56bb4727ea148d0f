import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../core/dataset/dialogue.ts';
import { statisticsOf } from '../core/dataset/statistics.ts';
import { dialogueLengths, shareBars, utteranceLengths } from './dataset-figures.ts';

const dialogue = (length: number): Dialogue => ({
  id: String(length),
  utterances: Array.from({ length }, (_, i) => ({
    speaker: i % 2 ? 'supporter' : 'seeker',
    text: 'word '.repeat(i + 1),
    ...(i % 2 && { strategy: i % 4 === 1 ? 'Question' : 'A strategy with a name that is far too long for any margin' }),
  })),
});
const STATISTICS = statisticsOf([dialogue(4), dialogue(4), dialogue(8), dialogue(20)]);

function draw(options: Plot.PlotOptions): Element {
  const { document } = parseHTML('<!doctype html><body></body>');
  return Plot.plot({ ...options, document: document });
}

describe('figures of a dataset', () => {
  it('has a bar for each length that occurs, with its frequency as height', () => {
    const bars = [...draw(dialogueLengths(STATISTICS, { width: 600 })).querySelectorAll('rect')].filter(
      (bar) => Number(bar.getAttribute('height')) > 0,
    );
    const heights = bars.map((bar) => Number(bar.getAttribute('height')));
    expect(heights).toHaveLength(3);
    expect((heights[0] ?? NaN) / (heights[1] ?? NaN)).toBeCloseTo(2, 1);
  });

  it('has a line for each speaker', () => {
    const svg = draw(utteranceLengths(STATISTICS, { width: 600 })).outerHTML;
    expect(svg).toContain('● seeker');
    expect(svg).toContain('● supporter');
    expect(svg.match(/stroke-width="2"/g)).toHaveLength(2);
  });

  it('has a bar for each strategy, with long names truncated', () => {
    const names = [
      ...draw(shareBars(STATISTICS.strategies, { width: 400 })).querySelectorAll(
        '[aria-label="y-axis tick label"] text',
      ),
    ].map(({ textContent }) => textContent);
    expect(names).toEqual(['A strategy with a name that …', 'Question']);
  });

  it('draws an empty dataset without failing', () => {
    const none = statisticsOf([]);
    for (const options of [
      dialogueLengths(none, { width: 300 }),
      utteranceLengths(none, { width: 300 }),
      shareBars([], { width: 300 }),
    ])
      expect(draw(options).querySelectorAll('rect[height]')).toHaveLength(0);
  });
});
