import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trackedFiles } from './harness/imports.ts';

/** Lines of a file at most. */
const LONGEST_FILE = 300;
/** Characters of a line at most; Prettier cannot break strings. */
const WIDEST_LINE = 120;

/** Files that are still too long. The list may only shrink. */
const TOO_LONG: readonly string[] = [
  'src/browser/model-store/download-manners.test.ts',
  'src/core/dataset/read.test.ts',
  'src/core/formats/gguf/read.ts',
  'src/core/judge/judge.test.ts',
  'src/core/safety/crisis.cases.ts',
  'src/core/training/trainer.test.ts',
  'src/engines/openai/manners.test.ts',
  'src/engines/openai/openai.test.ts',
  'tests/engines.browser.test.ts',
  'tests/evaluate.test.ts',
  'tests/notebooks.browser.test.ts',
  'trainer/export/side-files.test.ts',
];

/** How many lines that are too wide each file still has. The numbers may only fall. */
const TOO_WIDE: Readonly<Record<string, number>> = {
  'build/notebook-frame.ts': 4,
  'build/safety/measure.ts': 1,
  'eslint.config.js': 1,
  'src/browser/model-store/ingest.test.ts': 1,
  'src/core/compression/language.ts': 1,
  'src/core/compression/representation.test.ts': 1,
  'src/core/compression/segment.ts': 1,
  'src/core/dataset/read.test.ts': 1,
  'src/core/engine/faults.ts': 2,
  'src/core/formats/export/card.ts': 2,
  'src/core/formats/mlc/mlc.test.ts': 1,
  'src/core/judge/judge.test.ts': 1,
  'src/core/judge/verdict.ts': 2,
  'src/core/safety/crisis.ts': 1,
  'src/core/statistics/describe-test.ts': 1,
  'src/core/table/share-html.ts': 4,
  'src/engines/choose-device.ts': 1,
  'src/engines/openai/manners.test.ts': 1,
  'src/lab/metrics.test.ts': 1,
  'src/lab/notebooks/descriptions.ts': 9,
  'src/lab/notebooks/functions.ts': 1,
  'src/lab/notebooks/services.ts': 1,
  'src/lab/runs/pairwise.ts': 1,
  'src/lab/runs/runs.ts': 1,
  'src/node/node-worker.ts': 1,
  'src/notebook/frame/frame.css': 1,
  'src/ui/about/AboutText.svelte': 2,
  'src/ui/about/StoredHere.svelte': 2,
  'src/ui/compare/Comparison.svelte': 1,
  'src/ui/context/TaggerChoice.svelte': 1,
  'src/ui/context/WindowMeter.svelte': 1,
  'src/ui/data/AddDataset.svelte': 2,
  'src/ui/models/AddModel.svelte': 1,
  'src/ui/models/EndpointForm.svelte': 1,
  'src/ui/notebook/NotebookFrame.svelte': 3,
  'src/ui/notebook/TrustDialog.svelte': 2,
  'src/ui/notebook/run-mark.test.ts': 1,
  'src/ui/runs/BlindRating.svelte': 11,
  'src/ui/runs/HumanResults.svelte': 3,
  'src/ui/runs/JudgeCheckPanel.svelte': 5,
  'src/ui/runs/JudgeCheckResults.svelte': 4,
  'src/ui/runs/JudgePanel.svelte': 6,
  'src/ui/runs/PlanForm.svelte': 4,
  'src/ui/runs/RunList.svelte': 2,
  'src/ui/runs/RunSheet.svelte': 5,
  'src/ui/runs/SummaryTable.svelte': 3,
  'src/ui/state/chat-danger.test.ts': 1,
  'src/ui/styles/fonts.css': 1,
  'src/ui/views/DataView.svelte': 1,
  'src/ui/views/ModelsView.svelte': 1,
  'src/ui/views/RunsView.svelte': 1,
  'tests/chat.browser.test.ts': 2,
  'tests/datasets.browser.test.ts': 2,
  'tests/devices.browser.test.ts': 3,
  'tests/docs.test.ts': 1,
  'tests/engines.browser.test.ts': 2,
  'tests/fuzz/cli.ts': 2,
  'tests/fuzz/datasets.ts': 1,
  'tests/gguf-exports.browser.test.ts': 1,
  'tests/harness/any-browser/visitor.ts': 1,
  'tests/harness/any-browser/web-driver.ts': 1,
  'tests/harness/hostile-notebook.ts': 45,
  'tests/harness/imports.ts': 1,
  'tests/notebook-sandbox.browser.test.ts': 1,
  'tests/notebooks.browser.test.ts': 3,
  'tests/one-of-each.test.ts': 1,
  'tests/reference-node.test.ts': 3,
  'tests/runs.browser.test.ts': 1,
  'tests/test-hygiene.test.ts': 1,
  'tests/three-engines.browser.test.ts': 1,
  'tests/training.browser.test.ts': 2,
  'trainer/commands/plot.test.ts': 1,
  'trainer/figures/svg.ts': 1,
};

const FILES = trackedFiles('.')
  .filter((path) => /\.(ts|svelte|css|js)$/.test(path) && !/^public\/|\/fixtures\//.test(path))
  .map((path) => ({
    path,
    lines: readFileSync(join(import.meta.dirname, '..', path), 'utf8')
      .replace(/\n$/, '')
      .split('\n'),
  }));

describe('Source files', () => {
  it('have at most 300 lines', () => {
    const long = FILES.filter(({ lines }) => lines.length > LONGEST_FILE).map(({ path }) => path);
    expect(long.filter((path) => !TOO_LONG.includes(path))).toEqual([]);
  });

  it('have lines of at most 120 characters', () => {
    const wide = FILES.flatMap(({ path, lines }) => {
      const count = lines.filter((line) => line.length > WIDEST_LINE).length;
      return count > (TOO_WIDE[path] ?? 0) ? [`${path}: ${count} lines`] : [];
    });
    expect(wide).toEqual([]);
  });

  it('have fewer than 100 lines in the median', () => {
    const sizes = FILES.map(({ lines }) => lines.length).sort((a, b) => a - b);
    expect(sizes[sizes.length >> 1]).toBeLessThan(100);
  });
});
