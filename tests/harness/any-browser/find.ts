import type { Role, Target } from './tab.ts';

/** A target in the form that is sent to a page. */
export interface SentTarget {
  role: Role;
  name?: { text: string; pattern: boolean; flags: string };
  in?: SentTarget;
  nth: number;
}

function sent({ role, name, in: outer, nth = 0 }: Target): SentTarget {
  const named =
    name === undefined
      ? undefined
      : typeof name === 'string'
        ? { text: name, pattern: false, flags: '' }
        : { text: name.source, pattern: true, flags: name.flags };
  return { role, ...(named && { name: named }), ...(outer && { in: sent(outer) }), nth };
}

/** The target's element as an expression, undefined where there is none. */
export const expressionOf = (target: Target): string =>
  `(${String(findAll)})(${JSON.stringify(sent(target))}).at(${target.nth ?? 0})`;

/** Whether the target's element, scrolled into view, does not move and is not covered. Runs in a page, too. */
export async function takesClicks(element: Element | undefined): Promise<boolean> {
  if (!element || element.matches(':disabled')) return false;
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  const places: string[] = [];
  for (let frame = 0; frame < 3; frame++) {
    const { x, y, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    if (!hit || (!element.contains(hit) && hit.closest('label')?.control !== element)) return false;
    places.push([x, y, width, height].join());
    await new Promise(requestAnimationFrame);
  }
  return new Set(places).size === 1;
}

/** The visible elements with a role and name. It runs in a page, so it must be self-contained. */
function findAll(target: SentTarget): Element[] {
  const SELECTORS: Record<Role, string> = {
    article: 'article',
    banner: 'header',
    button: 'button, summary, [role=button]',
    checkbox: 'input[type=checkbox]',
    dialog: 'dialog[open]',
    group: 'fieldset, [role=group]',
    heading: 'h1, h2, h3',
    link: 'a[href]',
    main: 'main',
    navigation: 'nav',
    radio: 'input[type=radio], [role=radio]',
    region: 'section[aria-label], section[aria-labelledby], [role=region]',
    row: 'tr',
    spinbutton: 'input[type=number]',
    tab: '[role=tab]',
    tabpanel: '[role=tabpanel]',
    textbox: 'textarea, input:not([type]), input[type=text], input[type=url], input[type=password]',
    alert: '[role=alert]',
  };
  const tidy = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();
  const nameOf = (element: Element): string => {
    const pointed = element
      .getAttribute('aria-labelledby')
      ?.split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent);
    const labels = [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent);
    const legend = element.matches('fieldset') ? element.querySelector('legend')?.textContent : undefined;
    const own = element.matches('input, textarea') ? element.getAttribute('placeholder') : element.textContent;
    return (
      tidy(element.getAttribute('aria-label')) ||
      tidy(pointed?.join(' ')) ||
      tidy(labels.join(' ')) ||
      tidy(legend) ||
      tidy(own)
    );
  };
  const search = ({ role, name, in: outer }: SentTarget): Element[] => {
    const roots = outer ? pick(outer) : [document];
    const matches = (text: string): boolean =>
      !name || (name.pattern ? new RegExp(name.text, name.flags).test(text) : text === name.text);
    return roots
      .flatMap((root) => [...root.querySelectorAll(SELECTORS[role])])
      .filter((element) => element.getClientRects().length > 0 && matches(nameOf(element)));
  };
  const pick = (wanted: SentTarget): Element[] => {
    const found = search(wanted).at(wanted.nth);
    return found ? [found] : [];
  };
  return search(target);
}
