import { expect, it } from 'vitest';
import type { LoadProgress } from './engine.ts';
import { sparingly } from './progress.ts';

it('reports progress ten times a second, and each stage from its beginning to its end', () => {
  const seen: LoadProgress[] = [];
  let time = 0;
  const report = sparingly(
    (progress) => seen.push(progress),
    () => time,
  );
  for (let piece = 0; piece <= 1000; piece++) {
    report({ stage: 'Fetching', loadedBytes: piece, totalBytes: 1000 });
    time++;
  }
  report({ stage: 'Merging', loadedBytes: 0, totalBytes: 7 });
  report({ stage: 'Merging', loadedBytes: 3, totalBytes: 7 });
  report({ stage: 'Merging', loadedBytes: 7, totalBytes: 7 });
  const fetched = seen.filter(({ stage }) => stage === 'Fetching').map(({ loadedBytes }) => loadedBytes);
  expect(fetched).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  expect(seen.slice(fetched.length).map(({ loadedBytes }) => loadedBytes)).toEqual([0, 7]);
});

it('reports while the size is unknown', () => {
  const seen: number[] = [];
  let time = 0;
  const report = sparingly(
    ({ loadedBytes }) => seen.push(loadedBytes),
    () => time,
  );
  for (const at of [0, 50, 100, 150, 200]) {
    time = at;
    report({ stage: 'Fetching', loadedBytes: at, totalBytes: 0 });
  }
  expect(seen).toEqual([0, 100, 200]);
});
