import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Follow } from './follow.svelte.ts';

/** A log of 1000 pixels in a box of 200. */
class Box extends EventTarget {
  scrollTop = 0;
  scrollHeight = 1000;
  clientHeight = 200;
  children = [{}];
  /** Where what is to be read first begins, in pixels of the log. */
  first: number | null = null;

  querySelector() {
    const { first } = this;
    return first === null ? null : { getBoundingClientRect: () => ({ top: first - this.scrollTop }) };
  }
  getBoundingClientRect() {
    return { top: 0, bottom: 200 };
  }
}

class Observer {
  static grow: () => void = () => undefined;
  static connected = 0;
  constructor(grown: () => void) {
    Observer.grow = grown;
  }
  observe() {
    Observer.connected++;
  }
  disconnect() {
    Observer.connected = 0;
  }
}

class FakeElement extends EventTarget {
  readonly #opens: boolean;
  constructor(opens: boolean) {
    super();
    this.#opens = opens;
  }
  closest() {
    return this.#opens ? this : null;
  }
}

beforeEach(() => {
  const page = new EventTarget();
  vi.stubGlobal('getComputedStyle', () => ({ overflowY: 'auto' }));
  vi.stubGlobal('ResizeObserver', Observer);
  vi.stubGlobal('Element', FakeElement);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
});
afterEach(() => void vi.unstubAllGlobals());

function setUp() {
  Observer.connected = 0;
  const box = new Box();
  const follow = new Follow();
  const detach = follow.attach(box as unknown as HTMLElement);
  return {
    box,
    follow,
    detach,
    grow: (pixels: number) => {
      box.scrollHeight += pixels;
      Observer.grow();
    },
    scroll: (top: number) => {
      box.scrollTop = top;
      box.dispatchEvent(new Event('scroll'));
    },
    click: (opens: boolean) => {
      const event = new Event('click');
      Object.defineProperty(event, 'target', { value: new FakeElement(opens) });
      box.dispatchEvent(event);
    },
  };
}

describe('a log that grows', () => {
  it('stays at its end', () => {
    const { box, follow, grow } = setUp();
    grow(0);
    expect(box.scrollTop).toBe(800);
    grow(300);
    expect([box.scrollTop, follow.atEnd]).toEqual([1100, true]);
  });

  it('stays where the reader has scrolled up to, until they come back to the end', () => {
    const { box, follow, grow, scroll } = setUp();
    grow(0);
    scroll(500);
    grow(100);
    expect([box.scrollTop, follow.atEnd]).toEqual([500, false]);
    scroll(880);
    grow(100);
    expect([box.scrollTop, follow.atEnd]).toEqual([1000, true]);
  });

  it('does not lose its reader merely by growing', () => {
    const { follow, box, scroll, grow } = setUp();
    grow(0);
    box.scrollHeight += 500;
    scroll(box.scrollTop);
    expect(follow.atEnd).toBe(true);
  });

  it('stops where something was opened to read, but not where something else was pressed', () => {
    const { follow, click } = setUp();
    click(false);
    expect(follow.atEnd).toBe(true);
    click(true);
    expect(follow.atEnd).toBe(false);
    follow.toEnd();
    expect(follow.atEnd).toBe(true);
  });

  it('keeps the entry to be read first in view, however much follows', () => {
    const { box, grow } = setUp();
    box.first = 600;
    grow(0);
    expect(box.scrollTop).toBe(588);
    grow(400);
    expect(box.scrollTop).toBe(588);
  });

  it('stops being followed when it leaves the page', () => {
    const { box, follow, detach } = setUp();
    expect(Observer.connected).toBe(2);
    detach();
    follow.toEnd();
    expect([box.scrollTop, Observer.connected]).toEqual([0, 0]);
  });
});

describe('a page that scrolls instead of its log', () => {
  it('is scrolled until the message field is in view while a person writes', () => {
    const page = { scrollTop: 0 };
    vi.stubGlobal('getComputedStyle', () => ({ overflowY: 'visible' }));
    vi.stubGlobal('innerHeight', 400);
    const form = { getBoundingClientRect: () => ({ bottom: 900 - page.scrollTop }) };
    vi.stubGlobal('document', { scrollingElement: page, activeElement: { closest: () => form } });
    const { follow } = setUp();
    follow.toEnd();
    expect(page.scrollTop).toBe(500);
    vi.stubGlobal('document', { scrollingElement: page, activeElement: null });
    follow.toEnd();
    expect(page.scrollTop).toBe(300);
  });
});
