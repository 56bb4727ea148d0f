import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Browser tests that mostly wait for pages; three of them at a time keep two cores busy. */
const PAGES = [
  'accessibility',
  'chat',
  'conversations',
  'devices',
  'endpoint',
  'first-page',
  'harness',
  'judge',
  'languages',
  'long-chat',
  'many-conversations',
  'notebook-editing',
  'notebook-sandbox',
  'notebooks',
  'offline',
  'run-explorer',
  'runs',
  'sub-path',
  'teaching',
  'widened',
].map((name) => `tests/${name}.browser.test.ts`);

/** The least share of lines, in percent, that the unit tests must run. Raise it when it grows. */
const LEAST_COVERED = {
  'src/core': 96,
  'src/rpc': 95,
  'src/engines': 80,
  'src/browser': 84,
  'src/figures': 95,
  'src/lab': 65,
  'src/node': 89,
  'src/notebook': 42,
  'src/ui': 85,
  'src/ui/state': 95,
  workers: 34,
  trainer: 89,
};

const browser = {
  environment: 'node',
  testTimeout: 900_000,
  hookTimeout: 480_000,
  // The unit tests and the checks run at the same time, so a page may be slow to show what a test waits for.
  expect: { poll: { timeout: 180_000, interval: 100 } },
};

export default defineConfig({
  // As in the page: for Node, Svelte would compile state without reactivity.
  plugins: [svelte({ configFile: false, dynamicCompileOptions: () => ({ generate: 'client' }) })],
  test: {
    // No test replaces a module, so files may share what they import, which takes longer than most of them run.
    isolate: false,
    // .ci/run sums the JSON reports of the scripts that `npm test` runs; each names a file of its own.
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/test-results/all.json' },
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      reportsDirectory: '.cache/coverage',
      reporter: ['text-summary', 'json-summary'],
      include: ['src/**/*.{ts,svelte.ts}', 'workers/**/*.ts', 'trainer/**/*.ts'],
      exclude: ['**/*.test.ts', '**/testing/**', '**/*.d.ts'],
      // Percent of lines that unit tests run. Workers, services and the sandbox are mostly covered by browser tests.
      thresholds: Object.fromEntries(
        Object.entries(LEAST_COVERED).map(([folder, lines]) => [`${folder}/**`, { lines }]),
      ),
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,workers,trainer,build,bench}/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'tests/**/*.browser.test.ts'],
          environment: 'node',
          // `npm test` runs them in the background of the browser tests, so a slow machine may take minutes for one.
          testTimeout: 480_000,
          hookTimeout: 480_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          ...browser,
          name: 'pages',
          include: PAGES,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...browser,
          name: 'browser',
          include: ['tests/**/*.browser.test.ts'],
          exclude: ['**/node_modules/**', ...PAGES],
          // One browser at a time: a model needs the whole machine, and so does what is measured in milliseconds.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
