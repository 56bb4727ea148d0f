import { autocompletion } from '@codemirror/autocomplete';
import { html } from '@codemirror/lang-html';
import { javascript, javascriptLanguage } from '@codemirror/lang-javascript';
import { markdown } from '@codemirror/lang-markdown';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import type { Cell } from '@observablehq/notebook-kit';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { minimalSetup } from 'codemirror';
import { completeLab } from './lab-completions.ts';

export interface EditorSetup {
  parent: HTMLElement;
  mode: Cell['mode'];
  value: string;
  /** Announced when the editor receives focus. */
  label: string;
  onchange: (value: string) => void;
  onrun: () => void;
  onclose: () => void;
}

/**
 * JavaScript with completions for `lab.`; Enter accepts the chosen one, Escape closes the list before it closes the
 * cell.
 */
const script = (): Extension => [javascript(), autocompletion({ override: [completeLab] })];

const LANGUAGES: Partial<Record<Cell['mode'], () => Extension>> = {
  js: script,
  ojs: script,
  md: markdown,
  html,
};

/** An editor for one cell. Shift+Enter runs, Escape closes; Tab moves the focus, so that nobody is trapped in it. */
export function createEditor({ parent, mode, value, label, onchange, onrun, onclose }: EditorSetup): EditorView {
  const run = () => {
    onrun();
    return true;
  };
  const close = () => {
    onclose();
    return true;
  };
  return new EditorView({
    parent,
    doc: value,
    extensions: [
      keymap.of([
        { key: 'Shift-Enter', run },
        { key: 'Mod-Enter', run },
        { key: 'Escape', run: close },
      ]),
      minimalSetup,
      bracketMatching(),
      indentOnInput(),
      syntaxHighlighting(classHighlighter),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onchange(update.state.doc.toString());
      }),
      LANGUAGES[mode]?.() ?? [],
    ],
  });
}

/** The text of a cell as highlighted pieces: `[text, classes]`. Only JavaScript is highlighted. */
export function highlighted(value: string, mode: Cell['mode']): [text: string, classes: string][] {
  if (mode !== 'js' && mode !== 'ojs') return [[value, '']];
  const pieces: [string, string][] = [];
  highlightCode(
    value,
    javascriptLanguage.parser.parse(value),
    classHighlighter,
    (text, classes) => pieces.push([text, classes]),
    () => pieces.push(['\n', '']),
  );
  return pieces;
}
