import { expect, it } from 'vitest';
import { PaceMeter, timeLeft } from './pace.ts';

const MB = 1_000_000;
const of = (loadedBytes: number, totalBytes = 126 * MB) => ({ stage: 'Downloading', loadedBytes, totalBytes });

it('the pace is that of the last seconds, and unknown at first', () => {
  const meter = new PaceMeter();
  expect(meter.add(of(0), 0)).toBeNull();
  expect(meter.add(of(1 * MB), 1000)).toBeNull();
  expect(meter.add(of(4 * MB), 4000)).toEqual({ bytesPerSecond: MB, secondsLeft: 122 });
  // It becomes four times as fast; after a while only that counts.
  for (let second = 5; second <= 24; second++) meter.add(of((4 + (second - 4) * 4) * MB), second * 1000);
  const later = meter.add(of(88 * MB), 25_000);
  expect(later?.bytesPerSecond).toBeCloseTo(4 * MB, -3);
  expect(later?.secondsLeft).toBeCloseTo(9.5, 1);
});

it('a stalled transfer and an unknown size have no pace, and a new step starts again', () => {
  const meter = new PaceMeter();
  meter.add(of(5 * MB), 0);
  expect(meter.add(of(5 * MB), 20_000)).toBeNull();
  expect(meter.add(of(9 * MB), 24_000)).not.toBeNull();
  expect(meter.add(of(0, 10 * MB), 25_000)).toBeNull();
  expect(meter.add(of(1 * MB, 10 * MB), 26_000)).toBeNull();
  const unknown = new PaceMeter();
  unknown.add(of(0, 0), 0);
  expect(unknown.add(of(9 * MB, 0), 9000)).toBeNull();
});

it('the time left is said as roughly as it is known', () => {
  expect([4, 37, 58, 200, 4000].map(timeLeft)).toEqual([
    'a few seconds left',
    'about 40 s left',
    'about 1 min left',
    'about 3 min left',
    'more than an hour left',
  ]);
});
