import { StateEffect, StateField, type Extension, type Text } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import { BEFORE_NAME, LAB_FUNCTIONS, type LabFunctionInfo } from './lab-functions.ts';

/** A call of a function of `lab` in the text of a cell. */
export interface LabCallAt {
  found: LabFunctionInfo;
  from: number;
  to: number;
}

const CALLS = new RegExp(`${BEFORE_NAME.source}(\\w+)`, 'g');

/** The function of `lab` whose name is at a position of a line, or whose arguments are. */
export function labCallAt(line: string, column: number): LabCallAt | undefined {
  let around: LabCallAt | undefined;
  for (const match of line.matchAll(CALLS)) {
    const [whole, name] = match;
    const found = LAB_FUNCTIONS.find((each) => each.name === name);
    if (!found || match.index > column) continue;
    const to = match.index + whole.length;
    if (column <= to) return { found, from: match.index, to };
    if (isInside(line.slice(to, column))) around = { found, from: match.index, to };
  }
  return around;
}

/** Whether a text that follows a name leaves its parenthesis open. */
function isInside(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    else if (letter === ')' && --depth === 0) return false;
  }
  return true;
}

/** What the reference says of a function, as an element. */
export function documentationOf({
  signature,
  returns,
  about,
  parameters,
  result,
  errors = [],
  example,
}: LabFunctionInfo) {
  const host = element('div', 'lab-documentation');
  host.append(element('code', '', `lab.${signature}: ${returns}`), element('p', '', about));
  if (parameters.length > 0) {
    const list = element('ul');
    for (const [name = '', meaning = ''] of parameters) {
      list.append(element('li', '', `\`${name}\`: ${meaning}`));
    }
    host.append(list);
  }
  if (result !== undefined) host.append(element('p', '', result));
  if (errors.length > 0)
    host.append(element('p', '', `Errors: ${errors.map(([code, when]) => `${code} when ${when}`).join('; ')}.`));
  host.append(element('pre', '', example));
  return host;
}

/** The same in words, for a screen reader. */
export const spokenDocumentation = ({ signature, about, parameters, result }: LabFunctionInfo): string =>
  [
    `lab.${signature}.`,
    about,
    ...(parameters.length > 0 ? [`${parameters.map(([name, meaning]) => `${name}: ${meaning}`).join('; ')}.`] : []),
    ...(result === undefined ? [] : [result]),
  ]
    .join(' ')
    .replaceAll('`', '');

/** An element with a text, in which backticks mark code. */
function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (tag === 'pre' || tag === 'code') made.textContent = text;
  else made.append(...text.split('`').map((part, i) => (i % 2 === 1 ? element('code', '', part) : part)));
  return made;
}

function tooltipAt(doc: Text, position: number): { tooltip: Tooltip; found: LabFunctionInfo } | null {
  const line = doc.lineAt(position);
  const call = labCallAt(line.text, position - line.from);
  if (!call) return null;
  const tooltip = {
    pos: line.from + call.from,
    end: line.from + call.to,
    create: () => ({ dom: documentationOf(call.found) }),
  };
  return { tooltip, found: call.found };
}

const show = StateEffect.define<Tooltip | null>();

/** What the key shows; moving the cursor or typing hides it. */
const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

function showAtCursor(view: EditorView): boolean {
  const at = tooltipAt(view.state.doc, view.state.selection.main.head);
  if (!at) return false;
  view.dispatch({ effects: [show.of(at.tooltip), EditorView.announce.of(spokenDocumentation(at.found))] });
  return true;
}

function hide(view: EditorView): boolean {
  if (!view.state.field(shown)) return false;
  view.dispatch({ effects: show.of(null) });
  return true;
}

/** Documentation of the functions of `lab` under the pointer, and at the cursor with Ctrl+I; Escape hides it. */
export const labDocumentation = (): Extension => [
  hoverTooltip((view, position) => tooltipAt(view.state.doc, position)?.tooltip ?? null),
  shown,
  keymap.of([
    { key: 'Mod-i', run: showAtCursor },
    { key: 'Escape', run: hide },
  ]),
];
