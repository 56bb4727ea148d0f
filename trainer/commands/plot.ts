import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/error.ts';
import { type Command, parsePaths, required } from '../../src/lab/command-line.ts';
import { lossCurves, rateCurves, type NamedRun } from '../../src/table/figures/loss-curves.ts';
import { parseMetrics } from '../../src/train/metrics-row.ts';
import { drawSvg } from '../figures/svg.ts';
import { diskError } from '../files/sink.ts';
import { METRICS_FILE } from '../train/metrics.ts';

const USAGE = '<run folder or metrics.jsonl>… --out <file.svg>';

/** Draws the losses and the learning rate of runs. */
export const plotCommand: Command = {
  summary: 'Draw the loss curves and the learning rate of one or more runs as an SVG.',
  usage: USAGE,
  async run(args, print) {
    const { values, paths } = parsePaths(args, { out: { type: 'string' } }, USAGE);
    const out = required('out', values.out, USAGE);
    if (paths.length === 0) throw new LabError({ code: 'bad-config', what: 'There is no run to draw.', todo: `Usage: ${USAGE}` });
    const runs = await Promise.all(paths.map(readRun));
    const svg = drawSvg([lossCurves(runs), rateCurves(runs)], `Loss of ${runs.map(({ name }) => name).join(', ')}`);
    await writeFile(out, svg).catch((error: unknown) => {
      throw diskError(error, out);
    });
    for (const { name, rows } of runs) {
      const best = rows.reduce((least, { evalLoss }) => Math.min(least, evalLoss ?? Infinity), Infinity);
      print(`${name}: ${rows.at(-1)?.step ?? 0} updates${best < Infinity ? `, best evaluation loss ${best.toFixed(4)}` : ''}`);
    }
    print(`Written to ${out}`);
  },
};

async function readRun(path: string): Promise<NamedRun> {
  const info = await stat(path).catch(() => undefined);
  const file = info?.isDirectory() ? join(path, METRICS_FILE) : path;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', what: 'The metrics of the run cannot be read', where: file, todo: 'Give the folder of a run, or its metrics.jsonl.' });
  });
  const rows = parseMetrics(text, file);
  if (rows.length === 0) throw new LabError({ code: 'bad-data', what: 'It holds no update yet.', where: file, todo: 'Wait for the first update of the run.' });
  const own = basename(file).replace(/\.jsonl$/, '');
  return { name: own === 'metrics' ? basename(dirname(resolve(file))) : own, rows };
}
