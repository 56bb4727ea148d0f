import { describe, expect, it } from 'vitest';
import type { PairwiseItem, Ratings } from '../../core/judge/side-by-side.ts';
import { Rating, type RatingService } from './rating.svelte.ts';
import { deferred, settled } from './testing/fakes.ts';

const RAW = { model: 'm', representation: 'raw' };
const KEYPOS = { model: 'm', representation: 'keypos' };
const OTHER = { model: 'n', representation: 'raw' };
const contest = (id: string): PairwiseItem => ({ id, context: [], first: `${id} by one`, second: `${id} by two` });

function setUp(service: Partial<RatingService> = {}) {
  const stored = new Map<string, Ratings>();
  const rating = new Rating('run', {
    cellName: ({ model, representation }) => `${model} ${representation}`,
    contestsOf: () => Promise.resolve([contest('1'), contest('2')]),
    ratingsOf: () => Promise.resolve([...stored.values()]),
    judgeRatersOf: () => Promise.resolve([]),
    saveRatings: (_run, ratings) => Promise.resolve(void stored.set(ratings.rater, ratings)),
    importRatings: () => Promise.resolve(),
    ...service,
  });
  return { rating, stored };
}

describe('a blind rating', () => {
  it('starts at the first contest, and stores each choice at once', async () => {
    const { rating, stored } = setUp();
    await rating.begin('Ann', RAW, KEYPOS);
    expect(rating).toMatchObject({ position: 0, raters: 0, error: null });
    const shown = rating.contest;
    await rating.choose('engagement', 'left');
    await rating.choose('comforting', 'tie');
    expect(rating.choices).toEqual({ engagement: 'left', comforting: 'tie' });
    expect(stored.get('Ann')).toMatchObject({
      first: 'm raw',
      second: 'm keypos',
      ratings: [{ contest: shown?.id, swapped: shown?.swapped, choices: { engagement: 'left', comforting: 'tie' } }],
    });
    expect(rating.raters).toBe(1);
    const vote = rating.results.find(({ criterion }) => criterion === 'engagement')?.votes;
    expect(vote).toEqual(shown?.swapped ? { first: 0, second: 1, tie: 0 } : { first: 1, second: 0, tie: 0 });
  });

  it('resumes at the first contest that this rater has not rated', async () => {
    const { rating, stored } = setUp();
    await rating.begin('Ann', RAW, KEYPOS);
    await rating.choose('engagement', 'left');
    const rated = rating.contest?.id;
    const later = setUp({ ratingsOf: () => Promise.resolve([...stored.values()]) }).rating;
    await later.begin('Ann', RAW, KEYPOS);
    expect([later.contest?.id === rated, later.choices]).toEqual([false, {}]);
    later.position = later.contests.findIndex(({ id }) => id === rated);
    expect(later.choices).toEqual({ engagement: 'left' });
    await later.begin('Ben', RAW, KEYPOS);
    expect(later.ratings).toMatchObject({ rater: 'Ben', ratings: [] });
  });

  it('is of the last systems chosen, whichever are read first', async () => {
    const slow = deferred<PairwiseItem[]>();
    const { rating } = setUp({
      contestsOf: (_run, _first, second) => (second === OTHER ? slow.promise : Promise.resolve([contest('1')])),
    });
    void rating.begin('Ann', RAW, OTHER);
    await rating.begin('Ann', RAW, KEYPOS);
    slow.resolve([contest('3'), contest('4')]);
    await settled();
    expect(rating.ratings?.second).toBe('m keypos');
    expect(rating.contests.map(({ id }) => id)).toEqual(['1']);
  });

  it('does nothing before systems are chosen', async () => {
    const { rating, stored } = setUp({ importRatings: () => Promise.reject(new Error('not expected')) });
    await rating.choose('engagement', 'left');
    await rating.import(new File([], 'ratings.json'));
    expect(stored.size).toBe(0);
    expect(rating.error).toBeNull();
  });

  it('counts the ratings of others that are imported', async () => {
    const { rating, stored } = setUp({
      importRatings: () => {
        const own = stored.get('Ann');
        if (own) stored.set('Ben', { ...own, rater: 'Ben' });
        return Promise.resolve();
      },
    });
    await rating.begin('Ann', RAW, KEYPOS);
    await rating.choose('engagement', 'left');
    await rating.import(new File([], 'ratings.json'));
    expect(rating.raters).toBe(2);
  });

  it('shows what failed, until something works', async () => {
    const { rating } = setUp({ saveRatings: () => Promise.reject(new Error('full')) });
    await rating.begin('Ann', RAW, KEYPOS);
    await rating.choose('engagement', 'left');
    expect(rating.error?.message).toBe('The rating failed (full).');
    await rating.begin('Ann', RAW, KEYPOS);
    expect(rating.error).toBeNull();
  });
});
