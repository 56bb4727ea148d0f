import { scrollerOf } from '../components/scroller.ts';

/** Within this many pixels of the end, a reader is assumed to be at the end. */
const NEAR = 48;
/** Space above what is read first, in pixels. */
const MARGIN = 12;

/**
 * Keeps a log scrolled to its end while it grows. Only the reader stops that, by scrolling up or by opening something
 * to read; returning to the end or asking for a reply resumes it.
 */
export class Follow {
  atEnd = $state(true);
  #box: HTMLElement | undefined;
  /** Last known scroll position of the log, in pixels. */
  #last = 0;
  /** Stays at the beginning of what is to be read first, however much follows. */
  #held = false;

  /** An attachment for the log, whose children grow. */
  readonly attach = (box: HTMLElement) => {
    this.#box = box;
    this.#last = scrollerOf(box).scrollTop;
    const onscroll = () => {
      const { scrollTop } = scrollerOf(box);
      // A growing log moves its end away without being scrolled, so the distance alone says nothing about the reader.
      if (gapOf(box) < NEAR) {
        this.atEnd = true;
        this.#held = false;
      } else if (scrollTop < this.#last - 1) this.atEnd = false;
      this.#last = scrollTop;
    };
    const onclick = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('summary, [aria-expanded]')) this.atEnd = false;
    };
    const grown = new ResizeObserver(() => {
      if (this.atEnd && !this.#held) this.toEnd();
    });
    // At a high zoom the page scrolls instead of the log.
    box.addEventListener('scroll', onscroll, { passive: true });
    addEventListener('scroll', onscroll, { passive: true });
    box.addEventListener('click', onclick, { capture: true });
    grown.observe(box);
    for (const child of box.children) grown.observe(child);
    return () => {
      box.removeEventListener('scroll', onscroll);
      removeEventListener('scroll', onscroll);
      box.removeEventListener('click', onclick, { capture: true });
      grown.disconnect();
      this.#box = undefined;
    };
  };

  toEnd(): void {
    this.atEnd = true;
    if (!this.#box) return;
    const scroller = scrollerOf(this.#box);
    const gap = gapOf(this.#box);
    const room = roomAbove(this.#box, scroller);
    this.#held = room < gap;
    scroller.scrollTop += Math.min(gap, room);
    this.#last = scroller.scrollTop;
  }
}

/** Pixels of the log below the visible part; negative where the page extends below the log. */
function gapOf(box: HTMLElement): number {
  if (scrollerOf(box) === box) return box.scrollHeight - box.scrollTop - box.clientHeight;
  // A person who is writing keeps the field in view.
  const end = document.activeElement?.closest('form') ?? box;
  return end.getBoundingClientRect().bottom - innerHeight;
}

/** How far the log can scroll before the beginning of help for the newest message leaves the view. */
function roomAbove(box: HTMLElement, scroller: Element): number {
  const first = box.querySelector('[data-read-first]');
  if (!first) return Infinity;
  return first.getBoundingClientRect().top - (scroller === box ? box.getBoundingClientRect().top : 0) - MARGIN;
}
