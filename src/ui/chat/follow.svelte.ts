/** A reader within this many pixels of the end is taken to be reading the end. */
const NEAR = 48;

/** Keeps a scrolling element at its end while what it holds grows, but only as long as the reader stays there. */
export class Follow {
  atEnd = $state(true);
  #box: HTMLElement | undefined;

  /** An attachment for the scrolling element; its first child is what grows. */
  readonly attach = (box: HTMLElement) => {
    this.#box = box;
    const onscroll = () => {
      this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    };
    const grown = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    });
    box.addEventListener('scroll', onscroll, { passive: true });
    grown.observe(box);
    if (box.firstElementChild) grown.observe(box.firstElementChild);
    return () => {
      box.removeEventListener('scroll', onscroll);
      grown.disconnect();
      this.#box = undefined;
    };
  };

  toEnd(): void {
    this.atEnd = true;
    if (this.#box) this.#box.scrollTop = this.#box.scrollHeight;
  }
}
