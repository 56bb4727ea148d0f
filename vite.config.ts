import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';
import { HOST_HEADERS } from './build/headers.ts';
import { leanZod } from './build/lean-zod.ts';
import { measuredFiles } from './build/measured-files.ts';
import { notebookFrame } from './build/notebook-frame.ts';
import { notices } from './build/notices.ts';
import { precache } from './build/precache.ts';
import { securityMeta } from './build/security-meta.ts';
import { ortInBatches } from './build/ort-in-batches.ts';
import { ortInEnvironment } from './build/ort-environment.ts';
import { locate, vendorFiles, type VendorFile, type VendorScript } from './build/vendor-files.ts';
import { entriesStandAlone, WORKER_SPLITTING } from './build/worker-entries.ts';
import { softwareOf } from './src/node/software.ts';
import { ISOLATION_HEADERS } from './src/browser/offline/isolation.ts';

const ORT = 'onnxruntime-web';
const WLLAMA = '@wllama/wllama';

/** The runtimes of the engines; src/engines asks for them at these addresses. */
const VENDOR: VendorFile[] = [
  { path: 'ort/ort-wasm-simd-threaded.asyncify.mjs', package: ORT, file: 'dist/ort-wasm-simd-threaded.asyncify.mjs' },
  { path: 'ort/ort-wasm-simd-threaded.asyncify.wasm', package: ORT, file: 'dist/ort-wasm-simd-threaded.asyncify.wasm' },
  { path: 'ort/ort-wasm-simd-threaded.wasm', package: ORT, file: 'dist/ort-wasm-simd-threaded.wasm' },
  { path: 'wllama/wllama.wasm', package: WLLAMA, file: 'esm/wasm/wllama.wasm' },
];

const PROCESSOR_SCRIPT = { package: ORT, file: 'dist/ort-wasm-simd-threaded.mjs' };

const SCRIPTS: VendorScript[] = [
  { path: 'ort/in-batches.mjs', text: ortInBatches('ort-wasm-simd-threaded.asyncify.mjs') },
  { path: 'ort/ort-wasm-simd-threaded.mjs', text: ortInEnvironment(readFileSync(locate(PROCESSOR_SCRIPT), 'utf8')) },
];

/** Collects the licences of what the page, its workers and the notebooks' sandbox are made of. */
const { collect, write } = notices([...new Set(VENDOR.map((file) => file.package))]);

/** ONNX Runtime with its .wasm beside it rather than inside the bundle, where it would be a second copy. */
const CONDITIONS = ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions];

/** What the page's records say about the software that made them. */
const SOFTWARE = softwareOf([ORT, WLLAMA, '@mlc-ai/web-llm']);

export default defineConfig({
  define: { __SOFTWARE__: JSON.stringify(SOFTWARE) },
  // Relative, so that the build works in any folder of any host.
  base: './',
  // A missing file answers 404; a single-page fallback would hand a model loader an HTML page.
  appType: 'mpa',
  plugins: [
    svelte({ configFile: false }),
    leanZod(),
    vendorFiles([...VENDOR, ...SCRIPTS]),
    notebookFrame([collect]),
    measuredFiles(),
    securityMeta(),
    collect,
    write,
    precache(),
  ],
  resolve: {
    conditions: CONDITIONS,
    // Zod itself would try what the policy forbids.
    alias: [{ find: /^zod$/, replacement: fileURLToPath(new URL('build/zod.ts', import.meta.url)) }],
  },
  worker: {
    format: 'es',
    plugins: () => [svelte({ configFile: false }), leanZod(), entriesStandAlone(), collect],
    rolldownOptions: { output: { codeSplitting: WORKER_SPLITTING } },
  },
  build: {
    target: 'es2022',
    // 26 MB of Wasm is expected; the first page has a budget of its own in tests/first-page.browser.test.ts.
    chunkSizeWarningLimit: 8192,
    assetsInlineLimit: 0,
    // All of it is 12 kB compressed. In pieces, one that cannot be fetched would keep a whole view from opening.
    cssCodeSplit: false,
    rolldownOptions: {
      // The door to the services only names them: a view takes what it uses, not all that stands behind the door.
      treeshake: { moduleSideEffects: [{ test: /\/src\/lab\//, sideEffects: false }] },
    },
  },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: HOST_HEADERS, port: 4173, strictPort: false },
});
