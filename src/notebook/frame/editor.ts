import { autocompletion } from '@codemirror/autocomplete';
import { historyField } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { javascript, javascriptLanguage } from '@codemirror/lang-javascript';
import { markdown } from '@codemirror/lang-markdown';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import type { Cell } from '@observablehq/notebook-kit';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { minimalSetup } from 'codemirror';
import { completeLab } from './lab-completions.ts';
import { labDocumentation } from './lab-documentation.ts';

export interface EditorSetup {
  parent: HTMLElement;
  mode: Cell['mode'];
  value: string;
  /** What `save` gave when the editor of this cell was closed: its history, if the text is still the same. */
  saved: unknown;
  /** Announced when the editor receives focus. */
  label: string;
  onchange: (value: string) => void;
  onrun: () => void;
  /** Runs and moves on to the next cell. */
  onmoveon: () => void;
  onclose: () => void;
}

/** The editor of one cell. */
export interface CellEditor {
  /** Focuses it and puts the cursor at a place; both count from 1. */
  focus(at?: { line: number; column: number }): void;
  /** Its text, selection and history, for `saved`. */
  save(): unknown;
  destroy(): void;
}

/**
 * JavaScript with completions and documentation for `lab.`; Enter accepts the chosen completion, Escape closes the list
 * before it closes the cell.
 */
const script = (): Extension => [javascript(), autocompletion({ override: [completeLab] }), labDocumentation()];

const LANGUAGES: Partial<Record<Cell['mode'], () => Extension>> = {
  js: script,
  ojs: script,
  md: markdown,
  html,
};

/** What is saved besides text and selection. */
const FIELDS = { history: historyField };

/**
 * An editor for one cell. Shift+Enter runs and moves on, Ctrl+Enter runs and stays, Escape closes; Tab moves the focus,
 * so that nobody is trapped in it.
 */
export function createEditor(setup: EditorSetup): CellEditor {
  const { parent, mode, label, onchange } = setup;
  const does = (action: () => void) => () => {
    action();
    return true;
  };
  const extensions = [
    // The language comes first: what it shows closes before the cell does.
    LANGUAGES[mode]?.() ?? [],
    keymap.of([
      { key: 'Shift-Enter', run: does(setup.onmoveon) },
      { key: 'Mod-Enter', run: does(setup.onrun) },
      { key: 'Escape', run: does(setup.onclose) },
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
  ];
  const view = new EditorView({ parent, state: stateOf(setup, extensions) });
  return {
    focus(at) {
      view.focus();
      if (!at) return;
      const line = view.state.doc.line(Math.min(at.line, view.state.doc.lines));
      view.dispatch({ selection: { anchor: Math.min(line.to, line.from + at.column - 1) }, scrollIntoView: true });
    },
    save: () => view.state.toJSON(FIELDS) as unknown,
    destroy: () => view.destroy(),
  };
}

function stateOf({ value, saved }: EditorSetup, extensions: Extension): EditorState {
  if (typeof saved === 'object' && saved !== null && 'doc' in saved && saved.doc === value)
    return EditorState.fromJSON(saved, { extensions }, FIELDS);
  return EditorState.create({ doc: value, extensions });
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
