/**
 * The named inputs of a notebook: those with a label that somebody can read. A link carries their values as a person
 * sees them, so that it means the same where options have another order.
 */

/** Applies the values of a link to inputs as they appear, each once, and reads what the inputs show. */
export class NamedInputs {
  /** The values of the link that no input has taken yet, by name. */
  readonly #waiting = new Map<string, string>();
  readonly #root: Element;

  constructor(root: Element) {
    this.#root = root;
    new MutationObserver(() => this.#apply()).observe(root, { childList: true, subtree: true });
  }

  /** Waits for the inputs with these names; forgets those of before. */
  expect(values: Readonly<Record<string, string>>): void {
    this.#waiting.clear();
    for (const [name, value] of Object.entries(values)) this.#waiting.set(name, value);
    this.#apply();
  }

  /** What every named input shows. */
  read(): Record<string, string> {
    return Object.fromEntries([...this.#named()].map(([name, form]) => [name, valueOf(form)]));
  }

  /** Names that no input had, or whose value could not be chosen. */
  get unmatched(): string[] {
    return [...this.#waiting.keys()];
  }

  #apply(): void {
    if (this.#waiting.size === 0) return;
    for (const [name, form] of this.#named()) {
      const value = this.#waiting.get(name);
      if (value !== undefined && choose(form, value)) this.#waiting.delete(name);
    }
  }

  #named(): Map<string, HTMLFormElement> {
    const named = new Map<string, HTMLFormElement>();
    for (const form of this.#root.querySelectorAll('form')) {
      // The label of the whole input is not that of one of its options.
      const label = [...form.querySelectorAll('label')].find((each) => !each.querySelector('input'));
      const name = label?.textContent?.trim() ?? '';
      if (name && !named.has(name) && controlsOf(form).length > 0) named.set(name, form);
    }
    return named;
  }
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Buttons are left out: a link must not press them. */
function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (each): each is Control =>
      (each instanceof HTMLInputElement && !['button', 'submit', 'file', 'password'].includes(each.type)) ||
      each instanceof HTMLSelectElement ||
      each instanceof HTMLTextAreaElement,
  );
}

const isTick = (control: Control): control is HTMLInputElement =>
  control instanceof HTMLInputElement && (control.type === 'radio' || control.type === 'checkbox');

/** Each option's own label; a toggle has none of its own and is "on" or "off". */
const labelOf = (tick: HTMLInputElement): string => tick.closest('label')?.textContent?.trim() ?? '';

function valueOf(form: HTMLFormElement): string {
  const controls = controlsOf(form);
  const ticks = controls.filter(isTick);
  if (ticks.length === 1 && ticks[0] && !labelOf(ticks[0])) return ticks[0].checked ? 'on' : 'off';
  if (ticks.length > 0) return JSON.stringify(ticks.filter(({ checked }) => checked).map(labelOf));
  const [control] = controls;
  if (control instanceof HTMLSelectElement) return JSON.stringify([...control.selectedOptions].map(({ text }) => text));
  return control?.value ?? '';
}

/** Shows a value as if a person had chosen it; false if the input does not offer it. */
function choose(form: HTMLFormElement, value: string): boolean {
  const controls = controlsOf(form);
  const ticks = controls.filter(isTick);
  const [control] = controls;
  if (!control) return false;
  if (ticks.length === 1 && ticks[0] && !labelOf(ticks[0])) {
    ticks[0].checked = value === 'on';
    announce(ticks[0]);
    return true;
  }
  if (ticks.length > 0 || control instanceof HTMLSelectElement) {
    const wanted = listOf(value);
    const options = control instanceof HTMLSelectElement ? [...control.options] : ticks;
    const name = (option: HTMLOptionElement | HTMLInputElement): string =>
      option instanceof HTMLOptionElement ? option.text : labelOf(option);
    if (!wanted.every((each) => options.some((option) => name(option) === each))) return false;
    for (const option of options) {
      const chosen = wanted.includes(name(option));
      if (option instanceof HTMLOptionElement) option.selected = chosen;
      else option.checked = chosen;
    }
    announce(control);
    return true;
  }
  const before = control.value;
  control.value = value;
  if (control.value !== value || !control.checkValidity()) {
    control.value = before;
    return false;
  }
  announce(control);
  return true;
}

const announce = (control: Control): boolean => control.dispatchEvent(new Event('input', { bubbles: true }));

function listOf(value: string): string[] {
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
