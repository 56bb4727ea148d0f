import { describe, expect, it } from 'vitest';
import { ReturnPlace, withPlace } from './return-place.ts';

/** A page that scrolls as browsers do: never beyond its end. */
class Page {
  clientHeight = 800;
  scrollHeight: number;
  #top = 0;
  constructor(height: number) {
    this.scrollHeight = height;
  }
  get scrollTop(): number {
    return Math.min(this.#top, Math.max(0, this.scrollHeight - this.clientHeight));
  }
  set scrollTop(top: number) {
    this.#top = Math.min(top, Math.max(0, this.scrollHeight - this.clientHeight));
  }
}

const left = new Page(30_000);
left.scrollTop = 9000;
const state = withPlace({ other: 1 }, left);

describe('the place of a reader in a notebook', () => {
  it('is kept with the entry of the history, beside what it has already', () => {
    expect(state).toEqual({ other: 1, notebookAt: 9000 });
    expect(withPlace(null, left)).toEqual({ notebookAt: 9000 });
  });

  it('is reached as the page grows, and then left alone', () => {
    const place = new ReturnPlace(state);
    const page = new Page(2000);
    const tops = [2000, 6000, 5000, 20_000].map((height) => {
      page.scrollHeight = height;
      place.grown(page);
      return page.scrollTop;
    });
    expect(tops).toEqual([1200, 5200, 4200, 9000]);
    page.scrollTop = 100;
    page.scrollHeight = 30_000;
    place.grown(page);
    expect(page.scrollTop).toBe(100);
  });

  it('is given up once the reader scrolls, and does not exist on a first visit', () => {
    const place = new ReturnPlace(state);
    const page = new Page(6000);
    place.grown(page);
    page.scrollTop = 300;
    page.scrollHeight = 20_000;
    place.grown(page);
    expect(page.scrollTop).toBe(300);
    for (const none of [null, undefined, 'text', {}, { notebookAt: -1 }, { notebookAt: '9' }]) {
      const fresh = new Page(20_000);
      new ReturnPlace(none).grown(fresh);
      expect(fresh.scrollTop).toBe(0);
    }
  });
});
