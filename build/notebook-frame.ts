import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin, type Rolldown } from 'vite';
import { FRAME_POLICY, FRAME_POLICY_HEADER } from './headers.ts';

/** The document that holds a notebook's sandbox; src/ui/notebook asks for it at this address. */
export const FRAME_PATH = 'notebook-frame.html';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ENTRY = at('../src/notebook/frame/main.ts');
const TOKENS = at('../src/ui/styles/tokens.css');
const SOURCES = /[\\/]src[\\/](notebook|rpc|table|error)/;

/**
 * Builds what runs inside a notebook's sandbox into one HTML document without any further file: the sandbox has an
 * opaque origin, to which no host would have to serve modules, and its policy lets it fetch nothing.
 *
 * The document is an outer frame of the lab's own origin, so that the service worker can serve it and isolate it. It
 * contains the sandbox as `srcdoc`, which inherits the outer frame's policy, not the page's: only in there may code
 * be made from strings.
 */
export function notebookFrame(): Plugin {
  let html: Promise<string> | undefined;
  return {
    name: 'solace:notebook-frame',
    configureServer(server) {
      server.watcher.on('change', (path) => {
        if (SOURCES.test(path)) html = undefined;
      });
      server.middlewares.use((request, response, next) => {
        if (pathOf(request.url) !== FRAME_PATH) return next();
        html ??= renderFrame();
        html.then((text) => response.setHeader('Content-Type', 'text/html').end(text), next);
      });
    },
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        if (pathOf(request.url) !== FRAME_PATH) return next();
        // Vite has set the page's policy, or sets it later: both have this one for an answer.
        const { setHeader } = response;
        response.setHeader = (name, value) =>
          setHeader.call(response, name, name.toLowerCase() === 'content-security-policy' ? FRAME_POLICY_HEADER : value);
        response.setHeader('Content-Security-Policy', FRAME_POLICY_HEADER);
        next();
      });
    },
    async generateBundle() {
      if (this.environment.name !== 'client') return;
      this.emitFile({ type: 'asset', fileName: FRAME_PATH, source: await renderFrame() });
    },
  };
}

const pathOf = (url = '/'): string => new URL(url, 'http://localhost').pathname.slice(1);

async function renderFrame(): Promise<string> {
  const [{ code, css }, tokens] = await Promise.all([bundle(), readFile(TOKENS, 'utf8')]);
  const inner = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Notebook</title>
<style>${tokens}${css}</style></head><body><script>${inline(code)}</script></body></html>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<title>Notebook</title>
<style>html,body,iframe{margin:0;width:100%;height:100%;border:0;display:block;overflow:hidden;background:transparent}</style>
</head>
<body>
<script>${inline(outerScript(inner))}</script>
</body>
</html>
`;
}

/** Makes the sandbox and hands it the port that the page sends, and does nothing for anybody else. */
function outerScript(inner: string): string {
  return `
const frame = document.createElement('iframe');
frame.title = 'Notebook';
frame.setAttribute('sandbox', 'allow-scripts allow-forms');
frame.srcdoc = ${JSON.stringify(inner)};
const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
addEventListener('message', async (event) => {
  if (event.source !== parent || event.origin !== location.origin || !event.ports[0]) return;
  await loaded;
  frame.contentWindow.postMessage('solace:notebook', '*', [event.ports[0]]);
}, { once: true });
document.body.append(frame);
parent.postMessage('solace:frame-ready', location.origin);`;
}

/** Script text that cannot end its own element. */
const inline = (code: string): string => code.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');

async function bundle(): Promise<{ code: string; css: string }> {
  const result = (await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutCdn(), svelte({ configFile: false, emitCss: true })],
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      modulePreload: false,
      rolldownOptions: {
        input: ENTRY,
        output: { format: 'iife', codeSplitting: false },
        transform: { define: { 'import.meta': '{}' } },
      },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
  const output = [result].flat().flatMap((each) => each.output);
  const code = output.flatMap((file) => (file.type === 'chunk' ? file.code : [])).join('\n');
  const css = output.flatMap((file) => (file.type === 'asset' && file.fileName.endsWith('.css') ? String(file.source) : [])).join('\n');
  return { code, css };
}

const ABSENT = '\0solace:absent';
/** Parts of the notebook kit that come from a content network, or are larger than the whole lab. */
const LEFT_OUT = /^https:|^typescript$|^\.\/(inputs|dot|leaflet|mapboxgl|mermaid|tex|vega-lite|duckdb|xlsx|zip)\.js$/;

/** Leaves out what the kit would fetch from a content network; the lab's own builtins take its place. */
function withoutCdn(): Plugin {
  return {
    name: 'solace:without-cdn',
    enforce: 'pre',
    resolveId(source, importer) {
      return importer?.includes('notebook-kit') && LEFT_OUT.test(source) ? ABSENT : null;
    },
    load(id) {
      if (id !== ABSENT) return null;
      // What the kit takes from TypeScript by name when it is loaded; a cell in TypeScript says that there is none.
      const names = ['ModuleKind', 'ScriptTarget', 'transpile', 'createProgram', 'createSourceFile', 'isClassExpression', 'isFunctionExpression', 'isParenthesizedExpression', 'isExpressionStatement'];
      return `${names.map((name) => `export const ${name} = {};`).join('\n')}\nexport default undefined;`;
    },
  };
}
