import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin, type Rolldown } from 'vite';
import { Lazy } from '../src/core/async/memoised.ts';
import { FRAME_READY, PORT_MESSAGE } from '../src/notebook/protocol.ts';
import { framePolicy, framePolicyHeader, LOCKED_POLICY } from './headers.ts';

/** The document that contains a notebook's sandbox; src/ui/notebook requests it at this address. */
export const FRAME_PATH = 'notebook-frame.html';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ENTRY = at('../src/notebook/frame/main.ts');
const TOKENS = at('../src/ui/styles/tokens.css');
const SOURCES = /[\\/]src[\\/](notebook|rpc|figures|core)/;

/**
 * Builds everything that runs inside a notebook's sandbox into one HTML document, because the sandbox has an opaque
 * origin, to which hosts need not serve modules, and its policy lets it fetch nothing.
 *
 * The document is an outer frame of the lab's own origin, so that the service worker can serve it and isolate it. It
 * contains the sandbox as `srcdoc`, which inherits the outer frame's policy, not the page's: code may be compiled from
 * strings only there. `plugins` are used for its bundle.
 */
export function notebookFrame(plugins: Plugin[] = []): Plugin {
  const html = new Lazy(() => renderFrame(plugins));
  return {
    name: 'solace:notebook-frame',
    configureServer(server) {
      server.watcher.on('change', (path) => {
        if (SOURCES.test(path)) void html.forget();
      });
      server.middlewares.use((request, response, next) => {
        if (pathOf(request.url) !== FRAME_PATH) {
          next();
          return;
        }
        html.get().then((text) => response.setHeader('Content-Type', 'text/html').end(text), next);
      });
    },
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        if (pathOf(request.url) !== FRAME_PATH) {
          next();
          return;
        }
        const built = resolve(server.config.root, server.config.build.outDir, FRAME_PATH);
        if (!existsSync(built)) {
          next();
          return;
        }
        const policy = framePolicyHeader(policyOf(readFileSync(built, 'utf8')));
        // Vite has set the page's policy or sets it later; either way this one replaces it.
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name, value) =>
          setHeader(name, name.toLowerCase() === 'content-security-policy' ? policy : value);
        response.setHeader('Content-Security-Policy', policy);
        next();
      });
    },
    async generateBundle() {
      if (this.environment.name !== 'client') return;
      this.emitFile({ type: 'asset', fileName: FRAME_PATH, source: await renderFrame(plugins) });
    },
  };
}

const pathOf = (url = '/'): string => new URL(url, 'http://localhost').pathname.slice(1);

/** The policy in a frame's document. */
export const policyOf = (html: string): string =>
  /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1] ?? "default-src 'none'";

async function renderFrame(plugins: Plugin[]): Promise<string> {
  const [{ code, css }, tokens] = await Promise.all([bundle(plugins), readFile(TOKENS, 'utf8')]);
  return frameDocument({ code, css: tokens + css });
}

/** The frame's document, from the script and the style of the sandbox. */
export function frameDocument({ code, css }: { code: string; css: string }): string {
  const innerScript = inline(`${TAKE_AWAY}${LOCK}${code}`);
  const inner = `<!doctype html><html lang="en"><head><meta charset="utf-8">${NO_LOOKUPS}<title>Notebook</title>
<style>${css}</style></head><body><script>${innerScript}</script></body></html>`;
  const script = inline(`${TAKE_AWAY}${outerScript(inner)}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${framePolicy([script, innerScript].map(hashOf))}">
${NO_LOOKUPS}
<title>Notebook</title>
<style>
html,body,iframe{margin:0;width:100%;height:100%;border:0;display:block;overflow:hidden;background:transparent}
</style>
</head>
<body>
<script>${script}</script>
</body>
</html>
`;
}

/**
 * Keeps the browser from looking up the hosts of links before anybody follows them. Once off, no later meta can turn it
 * on.
 */
const NO_LOOKUPS = '<meta http-equiv="x-dns-prefetch-control" content="off">';

/**
 * Removes what bypasses the policy to reach the network, before anything else runs: WebRTC first, then what the browser
 * itself would fetch or send for a page (speech services, media artwork, payment and sign-in). WebAssembly is removed
 * as well, because its loops cannot be stopped.
 */
const TAKE_AWAY = `{
const globals = new RegExp(
  '^(webkit|moz)?(RTC|Speech|speech|Payment|Presentation|Media(Metadata|Session)|WebTransport|WebAssembly|' +
    'Notification|Push|Credential|Identity|BackgroundFetch|fetchLater)'
);
const ofNavigator = [
  'mediaSession', 'mediaDevices', 'getUserMedia', 'webkitGetUserMedia', 'mozGetUserMedia', 'presentation',
  'credentials', 'share', 'sendBeacon', 'login', 'joinAdInterestGroup', 'runAdAuction', 'registerProtocolHandler',
  'serviceWorker'
];
const hide = (object, name) =>
  Reflect.defineProperty(object, name, { value: undefined, writable: false, configurable: false, enumerable: false });
for (const name of Object.getOwnPropertyNames(window)) {
  if (globals.test(name)) hide(window, name);
}
for (const name of ofNavigator) {
  if (name in Navigator.prototype) hide(Navigator.prototype, name);
}
if (window.RTCPeerConnection || window.webkitRTCPeerConnection) throw new Error('WebRTC could not be removed.');
}
`;

const LOCK = `{
const meta = document.createElement('meta');
meta.httpEquiv = 'Content-Security-Policy';
meta.content = ${JSON.stringify(LOCKED_POLICY)};
document.head.append(meta);
}
`;

/** The hash as browsers compute it, over the text between the tags. */
const hashOf = (script: string): string => `sha256-${createHash('sha256').update(script).digest('base64')}`;

/** Creates the sandbox and passes it the port that the page sends; ignores all other senders. */
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
  frame.contentWindow.postMessage('${PORT_MESSAGE}', '*', [event.ports[0]]);
}, { once: true });
document.body.append(frame);
parent.postMessage('${FRAME_READY}', location.origin);`;
}

/** Script text that cannot close its own element, with the line ends that a browser sees, so that its hash matches. */
const inline = (code: string): string =>
  code
    .replace(/<\/(script)/gi, '<\\/$1')
    .replace(/<!--/g, '<\\!--')
    .replace(/\r\n?/g, '\n');

async function bundle(plugins: Plugin[]): Promise<{ code: string; css: string }> {
  const result = (await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutCdn(), svelte({ configFile: false, emitCss: true }), ...plugins],
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
  const css = output
    .flatMap((file) => (file.type === 'asset' && file.fileName.endsWith('.css') ? String(file.source) : []))
    .join('\n');
  return { code, css };
}

const ABSENT = '\0solace:absent';
/** Parts of the notebook kit that are loaded from a CDN, or are larger than the whole lab. */
const LEFT_OUT = /^https:|^typescript$|^\.\/(inputs|dot|leaflet|mapboxgl|mermaid|tex|vega-lite|duckdb|xlsx|zip)\.js$/;

/** Leaves out what the kit would fetch from a CDN; the lab's own builtins replace it. */
function withoutCdn(): Plugin {
  return {
    name: 'solace:without-cdn',
    enforce: 'pre',
    resolveId(source, importer) {
      return importer?.includes('notebook-kit') && LEFT_OUT.test(source) ? ABSENT : null;
    },
    load(id) {
      if (id !== ABSENT) return null;
      // The kit imports these names from TypeScript when it loads; a cell in TypeScript reports that there is none.
      const names = [
        'ModuleKind',
        'ScriptTarget',
        'transpile',
        'createProgram',
        'createSourceFile',
        'isClassExpression',
        'isFunctionExpression',
        'isParenthesizedExpression',
        'isExpressionStatement',
      ];
      return `${names.map((name) => `export const ${name} = {};`).join('\n')}\nexport default undefined;`;
    },
  };
}
