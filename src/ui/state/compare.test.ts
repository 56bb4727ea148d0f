import { describe, expect, it } from 'vitest';
import { REPRESENTATION_IDS } from '../../core/compression/representation.ts';
import { LabError } from '../../core/error.ts';
import type { CompareState } from './compare.svelte.ts';
import { comparisonOf, setUpCompare, type CompareDependencies } from './testing/compare.ts';
import { deferred, settled } from './testing/fakes.ts';

describe('a comparison', () => {
  it('replies under each compression in turn, and stores each reply at once', async () => {
    const { compare, stored, requests, end } = setUpCompare();
    compare.draft = ' I am tired ';
    const running = compare.run('fresh');
    await settled();
    expect(compare.running).toEqual({
      representation: REPRESENTATION_IDS[0],
      messages: [{ role: 'user', content: `as ${REPRESENTATION_IDS[0]}` }],
      promptTokens: 5,
      reply: 'Half',
    });
    for (const [i] of REPRESENTATION_IDS.entries()) {
      await end();
      expect([...stored.values()].map(({ columns }) => columns.length)).toEqual([i + 1]);
    }
    await running;
    expect(compare).toMatchObject({
      running: null,
      error: null,
      shown: { message: 'I am tired', earlier: 0, seed: 7 },
    });
    expect(compare.shown?.columns.map(({ representation, reply, end: why }) => [representation, reply, why])).toEqual(
      REPRESENTATION_IDS.map((id) => [id, `Whole ${id}`, 'stop']),
    );
    expect(compare.earlier).toEqual([...stored.values()]);
    expect(requests.map(({ utterances }) => utterances)).toEqual(
      REPRESENTATION_IDS.map(() => [{ speaker: 'seeker', text: 'I am tired', whole: false }]),
    );
  });

  it('includes the whole conversation, and sends a message of danger whole', async () => {
    const { compare, requests, end } = setUpCompare();
    compare.draft = 'And now?';
    void compare.run('conversation');
    await end();
    expect(requests[0]?.utterances.map(({ text }) => text)).toEqual(['Earlier', 'And now?']);
    expect(compare.shown?.earlier).toBe(1);
    const other = setUpCompare();
    other.compare.draft = 'I want to die';
    void other.compare.run('fresh');
    await other.end();
    expect(other.requests[0]?.utterances).toEqual([{ speaker: 'seeker', text: 'I want to die', whole: true }]);
  });

  it('uses one system prompt, even if that is changed meanwhile', async () => {
    const { compare, requests, chat, end } = setUpCompare();
    compare.draft = 'Hello';
    void compare.run('fresh');
    await settled();
    chat.systemPrompt = 'Be brief.';
    await end();
    expect(requests.map(({ systemPrompt }) => systemPrompt)).toEqual(['Listen.', 'Listen.']);
  });

  it('does not start without a message, or twice', async () => {
    const { compare, requests } = setUpCompare();
    await compare.run('fresh');
    compare.draft = 'Hello';
    void compare.run('fresh');
    await settled();
    await compare.run('fresh');
    expect(requests).toHaveLength(1);
  });

  it.each(['languages', 'beginning'])('does not start again while it waits for the %s', async (what) => {
    const wait = deferred();
    const { compare, end, requests } = setUpCompare(
      what === 'languages' ? { languages: { ready: () => wait.promise } } : { readBeginning: () => wait.promise },
    );
    compare.draft = 'Hello';
    const first = compare.run('fresh');
    await settled();
    void compare.run('fresh');
    wait.resolve();
    for (let i = 0; i < 3; i++) await end();
    await first;
    expect(requests).toHaveLength(3);
  });

  it('keeps finished replies, and part of the last, when it is cancelled', async () => {
    const { compare, stored, end } = setUpCompare();
    compare.draft = 'Hello';
    const running = compare.run('fresh');
    await end();
    compare.cancel();
    await running;
    expect(compare).toMatchObject({ running: null, error: null });
    expect([...stored.values()][0]?.columns.map(({ reply, end: why }) => [reply, why])).toEqual([
      [`Whole ${REPRESENTATION_IDS[0]}`, 'stop'],
      ['Half', 'cancelled'],
    ]);
  });

  it('shows why it stopped, keeps what was finished, and can be retried in the same context', async () => {
    const { compare, stored, requests, end, fail } = setUpCompare();
    compare.draft = 'Hello';
    const running = compare.run('conversation');
    await end();
    await fail(new Error('out of memory'));
    await running;
    expect(compare.error?.message).toContain('The comparison stopped early (out of memory).');
    expect([...stored.values()][0]?.columns).toHaveLength(1);
    compare.retry();
    await settled();
    expect(compare.error).toBeNull();
    expect(requests.at(-1)?.utterances).toHaveLength(2);
  });

  it('waits for the model, and stops waiting when it is cancelled', async () => {
    const use = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(LabError.cancelled())));
    const { compare, requests } = setUpCompare({ models: { phase: 'loading', use } as never });
    compare.draft = 'Hello';
    const running = compare.run('fresh');
    expect(compare.waitsForModel).toBe(true);
    compare.cancel();
    await running;
    expect(compare).toMatchObject({ waitsForModel: false, error: null });
    expect(requests).toEqual([]);
  });

  it('does not reappear if it is deleted before it is finished', async () => {
    const { compare, stored, requests, end } = setUpCompare();
    compare.draft = 'Hello';
    const running = compare.run('fresh');
    await end();
    const [begun] = compare.earlier;
    if (begun) await compare.remove(begun);
    await running;
    expect([stored.size, compare.earlier, compare.shown, requests.length]).toEqual([0, [], null, 2]);
  });
});

describe('stored comparisons', () => {
  it('are listed, the first one shown', async () => {
    const { compare, stored } = setUpCompare();
    stored.set('a', comparisonOf('a')).set('b', comparisonOf('b'));
    expect(compare.loading).toBe(true);
    await compare.refresh();
    expect(compare).toMatchObject({ loading: false, shown: { id: 'a' } });
    compare.show(comparisonOf('b'));
    expect(compare).toMatchObject({ shown: { id: 'b' }, draft: 'message of b' });
    await compare.refresh();
    expect(compare.shown?.id).toBe('b');
  });

  it('are restored by undo after they are deleted', async () => {
    const { compare, stored, toasts } = setUpCompare();
    stored.set('a', comparisonOf('a')).set('b', comparisonOf('b'));
    await compare.refresh();
    await compare.remove(comparisonOf('a'));
    expect([compare.earlier.map(({ id }) => id), compare.shown?.id]).toEqual([['b'], 'b']);
    await toasts.undo();
    expect(compare.earlier.map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
  });

  it('are all deleted when asked', async () => {
    const { compare, stored } = setUpCompare();
    stored.set('a', comparisonOf('a'));
    await compare.refresh();
    await compare.removeAll();
    expect([stored.size, compare.earlier, compare.shown]).toEqual([0, [], null]);
  });

  it.each<[string, Partial<CompareDependencies['shelf']>, (compare: CompareState) => Promise<void>, string]>([
    [
      'be read',
      { listComparisons: () => Promise.reject(new Error('closed')) },
      (compare) => compare.refresh(),
      'The stored comparisons could not be read (closed).',
    ],
    [
      'be deleted',
      { deleteComparison: () => Promise.reject(new Error('closed')) },
      (compare) => compare.remove(comparisonOf('a')),
      'The comparison could not be deleted (closed).',
    ],
    [
      'all be deleted',
      { deleteAllComparisons: () => Promise.reject(new Error('closed')) },
      (compare) => compare.removeAll(),
      'The comparisons could not be deleted (closed).',
    ],
  ])('that cannot %s are kept, with an error', async (_, shelf, act, message) => {
    const { compare, stored, toasts } = setUpCompare({ shelf });
    stored.set('a', comparisonOf('a'));
    compare.earlier = [comparisonOf('a')];
    await act(compare);
    expect(compare.error?.message).toContain(message);
    expect([compare.earlier.length, toasts.shown]).toEqual([1, []]);
  });

  it('that cannot be restored show an error', async () => {
    const { compare, toasts } = setUpCompare({ shelf: { saveComparison: () => Promise.reject(new Error('full')) } });
    await compare.remove(comparisonOf('a'));
    await toasts.undo();
    expect(compare.error?.message).toContain('The comparison could not be restored (full).');
  });
});
