import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { refuseOverlap } from '../../src/node/output-path.ts';
import { lossCurves, rateCurves, type NamedRun } from '../../src/figures/loss-curves.ts';
import { parseMetrics } from '../../src/core/training/metrics-row.ts';
import { drawSvg, isOwnSvg } from '../figures/svg.ts';
import { replaceFile } from '../../src/node/write-file.ts';
import { METRICS_FILE } from '../train/metrics.ts';
import { ifPresent, readText } from '../../src/node/read-file.ts';

/** Draws the losses and the learning rate of runs. */
export const plotCommand = defineCommand({
  summary: 'Draw the loss curves and the learning rate of one or more runs as an SVG.',
  operand: 'run',
  options: {
    run: {
      kind: 'text',
      value: 'RUN',
      many: true,
      required: true,
      about: 'The folder of a run, or its metrics.jsonl.',
    },
    out: {
      kind: 'text',
      value: 'FILE.svg',
      required: true,
      about: 'The file to write. It must be new, or written by this command.',
    },
    force: { kind: 'flag', about: 'Replace a file that this command did not write.' },
  },
  examples: ['runs/mine --out loss.svg', 'runs/mine runs/other --out loss.svg'],
  async run({ run: paths, out, force }, print) {
    await claimSvg(out, paths, force);
    const runs = await Promise.all(paths.map(readRun));
    await replaceFile(
      out,
      drawSvg([lossCurves(runs), rateCurves(runs)], `Loss of ${runs.map(({ name }) => name).join(', ')}`),
    );
    for (const { name, rows } of runs) {
      const best = rows.reduce((least, { evalLoss }) => Math.min(least, evalLoss ?? Infinity), Infinity);
      print(
        `${name}: ${rows.at(-1)?.step ?? 0} ` +
          `updates${best < Infinity ? `, best evaluation loss ${best.toFixed(4)}` : ''}`,
      );
    }
    print(`Written to ${out}`);
  },
});

/** @throws {LabError} `bad-config` when the file is not an SVG or, without `force`, not from this command. */
async function claimSvg(out: string, runs: readonly string[], force: boolean): Promise<void> {
  if (!/\.svg$/i.test(out))
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: 'The output is an SVG, but the name does not end in .svg.',
      todo: 'Use a name such as loss.svg.',
    });
  await refuseOverlap(out, { 'the plot': runs });
  const info = await ifPresent(out, stat(out));
  if (!info) return;
  if (!info.isFile())
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: 'It is not a file.',
      todo: 'Choose another name with --out.',
    });
  if (force || isOwnSvg(await readFile(out, 'utf8'))) return;
  throw new LabError({
    code: 'bad-config',
    where: out,
    what: 'The file exists, and this command did not write it.',
    todo: 'Choose another name with --out, or replace it with --force.',
  });
}

async function readRun(path: string): Promise<NamedRun> {
  const info = await ifPresent(path, stat(path));
  const file = info?.isDirectory() ? join(path, METRICS_FILE) : path;
  const text = await readText(file, {
    what: 'The metrics of the run cannot be read',
    todo: 'Give the folder of a run, or its metrics.jsonl.',
  });
  const rows = parseMetrics(text, file);
  if (rows.length === 0)
    throw new LabError({
      code: 'bad-data',
      what: 'It contains no update yet.',
      where: file,
      todo: 'Wait for the first update of the run.',
    });
  const own = basename(file).replace(/\.jsonl$/, '');
  return { name: own === 'metrics' ? basename(dirname(resolve(file))) : own, rows };
}
