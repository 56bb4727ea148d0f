/** A reader within this many pixels of the end is taken to be reading the end. */
const NEAR = 48;
/** Above what is read first, in pixels. */
const MARGIN = 12;

/**
 * Keeps a log at its end while what it holds grows. Only the reader ends that, by scrolling up or by opening something
 * to read; coming back to the end, or asking for a reply, begins it again.
 */
export class Follow {
  atEnd = $state(true);
  #box: HTMLElement | undefined;
  /** How far down the log was last seen, in pixels. */
  #last = 0;
  /** Stands at the beginning of what has to be read first, whatever comes below. */
  #held = false;

  /** An attachment for the log; its first child is what grows. */
  readonly attach = (box: HTMLElement) => {
    this.#box = box;
    this.#last = scrollerOf(box).scrollTop;
    const onscroll = () => {
      const { scrollTop } = scrollerOf(box);
      // A log that grows moves its end away without being scrolled, so distance alone says nothing of the reader.
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
    // At a high zoom the page scrolls in place of the log.
    box.addEventListener('scroll', onscroll, { passive: true });
    addEventListener('scroll', onscroll, { passive: true });
    box.addEventListener('click', onclick, { capture: true });
    grown.observe(box);
    if (box.firstElementChild) grown.observe(box.firstElementChild);
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

/** Pixels of the log below what is seen; negative where the page reaches further than the log. */
function gapOf(box: HTMLElement): number {
  if (scrollerOf(box) === box) return box.scrollHeight - box.scrollTop - box.clientHeight;
  // Whoever writes keeps the field in view.
  const end = document.activeElement?.closest('form') ?? box;
  return end.getBoundingClientRect().bottom - innerHeight;
}

/** How far the log can be scrolled before the beginning of a first reply to somebody in danger leaves the view. */
function roomAbove(box: HTMLElement, scroller: Element): number {
  const first = box.querySelector('[data-read-first]');
  if (!first) return Infinity;
  return first.getBoundingClientRect().top - (scroller === box ? box.getBoundingClientRect().top : 0) - MARGIN;
}

function scrollerOf(box: HTMLElement): Element {
  return getComputedStyle(box).overflowY === 'visible' ? (document.scrollingElement ?? box) : box;
}
