import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize } from '@observablehq/notebook-kit';
import { JSDOM } from 'jsdom';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { modelTokenizer } from '../../src/core/engine/model-tokenizer.ts';
import { corpusScores } from '../../src/core/metrics/corpus.ts';
import { measurePair, type Pair } from '../../src/core/metrics/pair.ts';
import { compress } from '../../src/lab/compression.ts';
import type { FunctionContext } from '../../src/lab/notebooks/define.ts';
import { NOTEBOOK_FUNCTIONS } from '../../src/lab/notebooks/functions.ts';
import type { PageData } from '../../src/lab/notebooks/page-data.ts';
import type { NotebookServices } from '../../src/lab/notebooks/services.ts';
import { readBuiltInDataset } from '../../src/node/dataset-file.ts';
import { EMBEDDED_FOLDER } from '../../src/node/model-choice.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { notebookHandlers } from '../../workers/notebook/handlers.ts';
import { fetchPublic } from './public-files.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What notebooks and their figures use of a browser, and Node does not have. */
const OF_A_WINDOW = [
  'window',
  'document',
  'Node',
  'NodeFilter',
  'NodeList',
  'HTMLCollection',
  'Element',
  'HTMLElement',
  'SVGElement',
  'Text',
  'DocumentFragment',
  'DOMParser',
  'MutationObserver',
  'getComputedStyle',
  'requestAnimationFrame',
  'cancelAnimationFrame',
] as const;

/** Observes that everything is visible and 720 pixels wide. */
class Sighted {
  readonly #seen: (entries: object[]) => void;
  constructor(seen: (entries: object[]) => void) {
    this.#seen = seen;
  }
  observe(target: object): void {
    this.#seen([{ target, isIntersecting: true, contentRect: { width: 720 } }]);
  }
  unobserve(): void {}
  disconnect(): void {}
}

/** Gives this thread an empty document, and a `fetch` that reads from `public/`, until the result is called. */
export function openDocument(): () => void {
  const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true, url: 'http://localhost/' });
  const matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
  Object.assign(window, { matchMedia });
  const added = {
    ...Object.fromEntries(OF_A_WINDOW.map((name) => [name, (window as unknown as Record<string, unknown>)[name]])),
    window,
    matchMedia,
    Event: window.Event,
    CustomEvent: window.CustomEvent,
    ResizeObserver: Sighted,
    IntersectionObserver: Sighted,
    fetch: fetchPublic,
  };
  const before = Object.keys(added).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(added))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const { defineProperty } = Object;
  // jsdom does not let anybody set an accessor of a form itself, which is how inputs take their values.
  Object.defineProperty = (target, name, descriptor) =>
    target instanceof window.HTMLFormElement && descriptor.set
      ? Object.setPrototypeOf(target, Object.create(Reflect.getPrototypeOf(target), { [name]: descriptor }))
      : defineProperty(target, name, descriptor);
  return () => {
    Object.defineProperty = defineProperty;
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
    window.close();
  };
}

const absent = (): never => {
  throw new Error('not in this test');
};

/** The datasets that come with the lab, read on this thread. */
const DATA: PageData = {
  getDataset: (id) => readBuiltInDataset(id),
  listDatasets: absent,
  listModels: absent,
  summariseRun: absent,
};

/** A call that nobody stops or follows. */
const CALL = { signal: new AbortController().signal, emit: () => undefined };

/** The services of a notebook, whose workers' methods run on this thread. */
async function services(): Promise<NotebookServices> {
  const tokenizer = modelTokenizer(await loadChatTokenizer(await nodeFiles(EMBEDDED_FOLDER)));
  return {
    compress,
    measure: (pairs: readonly Pair[]) => {
      const measured = pairs.map((pair) => measurePair(pair));
      return Promise.resolve({ pairs: measured, corpus: corpusScores(measured.map(({ counts }) => counts)) });
    },
    countTokens: async (texts, which) => notebookHandlers.countTokens({ texts, tokenizer: which }, CALL),
    readDataset: async (files) => notebookHandlers.readDataset(files, CALL),
    statistics: async (dialogues) => notebookHandlers.statistics(dialogues, CALL),
    findPublished: async (texts, where, query) => notebookHandlers.findPublished({ texts, where, query }, CALL),
    interval: async (groups) => notebookHandlers.interval(groups, CALL),
    tokenizer: () => Promise.resolve(tokenizer),
    close: () => undefined,
  };
}

/** The `lab` of a notebook without a page and without a model: the functions of the page, on this thread. */
async function labInNode(change: (lab: NodeLab) => NodeLab): Promise<Record<string, unknown>> {
  const context: FunctionContext = {
    ...CALL,
    model: () => Promise.reject(new Error('There is no model in this test.')),
    mayFetchBase: () => Promise.reject(new Error('Nobody is asked in this test.')),
    services: await services(),
    data: DATA,
    require: () => Promise.reject(new Error('Nobody is asked in this test.')),
  };
  const functions = Object.fromEntries(
    Object.entries(NOTEBOOK_FUNCTIONS).map(([name, { args, run }]) => [
      name,
      async (...given: unknown[]) => run(args.parse(given), context),
    ]),
  );
  const lab = change(functions);
  return { ...lab, until: () => lab };
}

/** The functions of `lab`, by name. */
export type NodeLab = Record<string, (...given: unknown[]) => Promise<unknown>>;

/** A notebook that was run: its text and its cells' outputs. */
export interface RenderedNotebook {
  document: HTMLElement;
  /** Messages of the cells that failed. */
  failures: string[];
}

/**
 * Runs a notebook that comes with the lab in the document that `openDocument` gave this thread; `change` may replace
 * functions of its lab.
 */
export async function renderNotebook(
  name: string,
  change: (lab: NodeLab) => NodeLab = (lab) => lab,
): Promise<RenderedNotebook> {
  // They look for a document when they are loaded.
  const { NotebookRunner } = await import('../../src/notebook/frame/run.ts');
  const { Attachments } = await import('../../src/notebook/frame/attachments.ts');
  const { Budget } = await import('../../src/notebook/guard/budget.ts');
  const { TICK } = await import('../../src/notebook/guard/instrument.ts');
  const budget = new Budget({ now: () => 0, afterTurn: (callback) => void setImmediate(callback) });
  Object.assign(globalThis, { [TICK]: budget.tick });
  const evaluator = { evaluate: (code: string) => (0, eval)(code) as unknown, budget };
  const runner = new NotebookRunner(await labInNode(change), evaluator, new Attachments());
  const { cells } = deserialize(readFileSync(join(ROOT, 'notebooks', `${name}.html`), 'utf8'));
  const failures: string[] = [];
  const root = document.createElement('main');
  document.body.append(root);
  await Promise.all(
    cells.map(
      (cell) =>
        new Promise<void>((resolve) => {
          const output = document.createElement('div');
          root.append(output);
          runner.define(cell, output, (state) => {
            if (state === 'rejected') failures.push(`cell ${cell.id}: ${output.textContent}`);
            if (state === 'fulfilled' || state === 'rejected') resolve();
          });
        }),
    ),
  );
  return { document: root, failures };
}
