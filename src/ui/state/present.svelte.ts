/** Sizes of the type, in percent of the usual. */
export const SIZES = [125, 150, 175] as const;
type Size = (typeof SIZES)[number];

/** Addresses that are shown one after the other: the tour, then comparisons that need no model. */
export const STEPS = ['#/tour/1', '#/tour/2', '#/tour/3', '#/compare?example=2', '#/compare?example=3'] as const;

/** The element whose type grows, as `document.documentElement` does. */
interface Root {
  dataset: DOMStringMap;
  style: { fontSize: string };
}

/** Shows the lab to an audience: larger type, nothing around the view, arrow keys through prepared steps. */
export class Present {
  on = $state(false);
  size = $state<Size>(150);
  readonly #root: Root;
  readonly #address: { get(): string; go(hash: string): void };

  constructor(root: Root, address: { get(): string; go(hash: string): void }) {
    this.#root = root;
    this.#address = address;
  }

  readonly start = (): void => {
    this.on = true;
    this.#apply();
  };

  readonly leave = (): void => {
    this.on = false;
    this.#apply();
  };

  /** Makes the type larger (1) or smaller (-1). */
  resize(step: 1 | -1): void {
    this.size = SIZES[SIZES.indexOf(this.size) + step] ?? this.size;
    this.#apply();
  }

  /** Which step is shown, from 1; 0 for any other place. */
  stepAt(hash: string): number {
    return STEPS.findIndex((step) => step === hash) + 1;
  }

  /** Goes to the next step (1) or the one before (-1); from elsewhere, to the first. */
  move(step: 1 | -1): void {
    const at = this.stepAt(this.#address.get());
    const next = STEPS[at === 0 ? 0 : at - 1 + step];
    if (next) this.#address.go(next);
  }

  /** What a key does while presenting; false if it means nothing here. */
  press(key: string): boolean {
    if (!this.on) return false;
    if (key === 'Escape') this.leave();
    else if (key === 'ArrowRight' || key === 'PageDown') this.move(1);
    else if (key === 'ArrowLeft' || key === 'PageUp') this.move(-1);
    else if (key === '+') this.resize(1);
    else if (key === '-') this.resize(-1);
    else return false;
    return true;
  }

  #apply(): void {
    this.#root.style.fontSize = this.on ? `${this.size}%` : '';
    if (this.on) this.#root.dataset['presenting'] = '';
    else delete this.#root.dataset['presenting'];
  }
}
