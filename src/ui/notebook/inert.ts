/** Elements of a cell's output that a saved page keeps; all others are left out with what is in them. */
const ELEMENTS = new Set(
  (
    'a abbr article aside b bdi bdo blockquote br button caption cite code col colgroup data dd del details dfn div ' +
    'dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd ' +
    'label legend li main mark menu meter nav ol optgroup option output p pre progress q rp rt ruby s samp ' +
    'section select small span strong style sub summary sup table tbody td textarea tfoot th thead time tr u ' +
    'ul var wbr svg g path circle ellipse line polyline polygon rect text tspan textPath title desc defs clipPath ' +
    'mask marker linearGradient radialGradient stop pattern symbol use image'
  ).split(' '),
);

/** Attributes that run, send or load something. Those with an address are checked in addition. */
const LEFT_OUT = /^on|^(action|formaction|form|ping|srcset|srcdoc|background|target|autofocus|http-equiv|is|slot)$/i;
const ADDRESSES = /^(href|xlink:href|src)$/i;

/**
 * Styles that load something, or that may hide it in an escape; and markup in a style sheet, which could become
 * elements when it is read again. References within the page are allowed.
 */
const LOADS = /<|\\|@import|url\((?!\s*["']?#)/i;

/**
 * Makes a fragment of HTML inert: nothing in it runs, loads or sends anything. It may come from code that somebody else
 * wrote. Links are kept; those to views of the lab (`#/runs`) lead to `lab`.
 */
export function inertHtml(html: string, lab: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const element of [...body.querySelectorAll('*')]) {
    const isForeign = element.localName === 'style' && LOADS.test(element.textContent ?? '');
    if (!ELEMENTS.has(element.localName) || isForeign) {
      element.remove();
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      if (LEFT_OUT.test(name) || (name === 'style' && LOADS.test(value))) element.removeAttribute(name);
      else if (ADDRESSES.test(name)) {
        const kept = addressOf(element, value.trim(), lab);
        if (kept === undefined) element.removeAttribute(name);
        else element.setAttribute(name, kept);
      }
    }
    if (/^(button|input|select|textarea)$/.test(element.localName)) element.setAttribute('disabled', '');
  }
  return body.innerHTML;
}

/** The address that an element may keep; undefined if none. */
function addressOf({ localName }: Element, address: string, lab: string): string | undefined {
  if (localName === 'img' || localName === 'image')
    return /^data:image\/(png|jpeg|webp|gif)[;,]/i.test(address) ? address : undefined;
  if (localName !== 'a') return address.startsWith('#') ? address : undefined;
  if (address.startsWith('#/')) return lab + address;
  return address.startsWith('#') || /^(https?:\/\/|mailto:)/i.test(address) ? address : undefined;
}
