import { expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';

const FAILED = { code: 'io', what: 'It could not be read.' } as const;

it('returns what the work returns, and shows nothing', async () => {
  const shown: LabError[] = [];
  expect(
    await attempt(
      (error) => shown.push(error),
      FAILED,
      () => Promise.resolve(3),
    ),
  ).toBe(3);
  expect(shown).toEqual([]);
});

it('shows what the work throws, and keeps the wording of a LabError', async () => {
  const shown: LabError[] = [];
  const show = (error: LabError) => shown.push(error);
  const own = new LabError({ code: 'quota', what: 'The disk is full.' });
  expect(await attempt(show, FAILED, () => Promise.reject<number>(new Error('boom')))).toBeUndefined();
  expect(await attempt(show, FAILED, () => Promise.reject<number>(own))).toBeUndefined();
  expect(shown.map(({ code, message }) => [code, message])).toEqual([
    ['io', 'It could not be read (boom).'],
    ['quota', 'The disk is full.'],
  ]);
});

it('does not show a cancellation', async () => {
  const shown: LabError[] = [];
  const show = (error: LabError) => shown.push(error);
  await attempt(show, FAILED, () => Promise.reject(LabError.cancelled()));
  await attempt(show, FAILED, () => Promise.reject(new DOMException('aborted', 'AbortError')));
  expect(shown).toEqual([]);
});

it('distinguishes the latest question from earlier ones', () => {
  const latest = new Latest();
  const first = latest.ask();
  const more = latest.follow();
  expect([first(), more()]).toEqual([true, true]);
  const second = latest.ask();
  expect([first(), more(), second()]).toEqual([false, false, true]);
});
