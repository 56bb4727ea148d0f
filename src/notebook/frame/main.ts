import { mount } from 'svelte';
import { RpcClient } from '../../rpc/client.ts';
import { serve } from '../../rpc/server.ts';
import { PORT_MESSAGE, type Face, type FrameApi, type HostApi, type ThemeName } from '../protocol.ts';
import { Budget } from '../guard/budget.ts';
import { prepareRealm } from '../guard/realm.ts';
import { readFile, writeFile } from './file.ts';
import { NamedInputs } from './inputs.ts';
import { createLab } from './lab.ts';
import Notebook from './Notebook.svelte';
import { OpenNotebook } from './notebook.svelte.ts';
import { renderedCell } from './rendered.ts';
import '@observablehq/inputs/dist/index.css';
import '@observablehq/notebook-kit/inspector.css';
import './frame.css';
import './tables.css';

addEventListener('message', function connect(event: MessageEvent) {
  const [port] = event.ports;
  if (event.data !== PORT_MESSAGE || event.source !== parent || !port) return;
  removeEventListener('message', connect);
  start(port);
});

function start(port: MessagePort): void {
  // An error's place in a cell may lie below many calls of a library.
  Object.assign(Error, { stackTraceLimit: 50 });
  const host = new RpcClient<HostApi>(port);
  const budget = new Budget({ now: () => performance.now(), afterTurn: turns() });
  const evaluate = prepareRealm(globalThis, budget);
  const inputs = new NamedInputs(document.body);
  const notebook = new OpenNotebook({
    evaluator: { evaluate, budget },
    changed: (file) => void host.call('changed', { title: file.title, html: writeFile(file) }),
    folded: (shown) => void host.call('folded', shown),
    busy: (busy) => {
      if (!busy && inputs.unmatched.length > 0) void host.call('unmatched', inputs.unmatched);
      return host.call('busy', busy);
    },
    deleted: (name) => void host.call('deleted', name),
  });
  mount(Notebook, { target: document.body, props: { notebook } });
  reportHeight((height) => void host.call('height', height));
  document.addEventListener('click', (event) => followInside(event, (hash) => void host.call('follow', hash)));
  takeDrops((files) => void host.call('attach', files));
  addEventListener('error', ({ error }) => notebook.stopped(error));
  addEventListener('unhandledrejection', ({ reason }) => notebook.stopped(reason));
  serve<FrameApi>(
    {
      open: async ({ html, run, functions, theme, faces, inputs: given, shown, files }) => {
        setTheme(theme);
        await Promise.all(faces.map(addFace));
        inputs.expect(given);
        notebook.attach(files);
        notebook.open(readFile(html), createLab(host, functions), run, shown);
      },
      theme: setTheme,
      inputs: () => inputs.read(),
      run: () => notebook.runAll(),
      files: (files) => notebook.attach(files),
      undelete: () => notebook.edits.undelete(),
      render: () => notebook.live.map((cell) => renderedCell(cell, notebook.showsSource(cell))),
      alive: () => undefined,
    },
    port,
  );
}

/** Takes files that are dropped anywhere but on a cell's own input. */
function takeDrops(attach: (files: File[]) => void): void {
  const isForUs = ({ dataTransfer, target, defaultPrevented }: DragEvent) =>
    !defaultPrevented &&
    dataTransfer?.types.includes('Files') === true &&
    !(target instanceof Element && target.closest('input[type="file"]'));
  const mark = (over: boolean) => document.body.toggleAttribute('data-dropping', over);
  document.addEventListener('dragover', (event) => {
    const ours = isForUs(event);
    if (ours) event.preventDefault();
    mark(ours);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) mark(false);
  });
  document.addEventListener('drop', (event) => {
    mark(false);
    if (!isForUs(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) attach(files);
  });
}

/** Calls back after other tasks had a turn; messages are not throttled as timers are. */
function turns(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let waiting = () => {};
  port1.onmessage = () => waiting();
  return (callback) => {
    waiting = callback;
    port2.postMessage(null);
  };
}

function setTheme(theme: ThemeName): void {
  document.documentElement.dataset['theme'] = theme;
}

async function addFace({ family, style, weight, bytes }: Face): Promise<void> {
  const face = new FontFace(family, bytes, { style, weight });
  document.fonts.add(await face.load());
}

/** The frame is as high as its content, so that the page scrolls and not the frame. */
function reportHeight(report: (height: number) => void): void {
  let last = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== last) report((last = height));
  }).observe(document.body);
}

/**
 * Links cannot leave the sandbox. A link to a view of the lab is passed to the page; a link within the notebook is
 * followed here.
 */
function followInside(event: MouseEvent, follow: (hash: string) => void): void {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  const href = link?.getAttribute('href');
  if (!href) return;
  event.preventDefault();
  if (href.startsWith('#/')) follow(href);
  else if (href.startsWith('#')) document.getElementById(href.slice(1))?.scrollIntoView({ block: 'start' });
}
