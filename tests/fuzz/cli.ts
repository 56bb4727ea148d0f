import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runSingleCommand } from '../../src/node/command-line.ts';
import { choose, defineCommand } from '../../src/node/command-options.ts';
import { FUZZ_FORMATS } from './formats.ts';
import { FAULTS, mutantFiles, soundInputs, type Outcome } from './mutant.ts';
import { fuzz } from './run.ts';

const NAMES = FUZZ_FORMATS.map(({ name }) => name);
let faults = 0;

const command = defineCommand({
  summary:
    'Damages files of every format that strangers may hand to the lab, and reads them. Ends with 1 where a mutant ' +
    'hangs,\nthrows anything but an error of the lab, or loads with other content than its hashes say.',
  options: {
    count: { kind: 'count', default: '1000', about: 'Mutants of each format.' },
    seed: { kind: 'count', default: '1', about: 'Which mutants.' },
    format: { kind: 'text', value: 'NAME', many: true, otherwise: 'all', about: `One of ${NAMES.join(', ')}.` },
    keep: { kind: 'text', value: 'FOLDER', otherwise: 'none', about: 'Writes the files of each fault there.' },
  },
  examples: ['', `--count 100 --format ${NAMES[0]}`],
  async run({ count, seed, format: wanted, keep }, print, signal) {
    const names = wanted.map((name) => choose('format', name, NAMES));
    const formats = FUZZ_FORMATS.filter(({ name }) => names.length === 0 || names.includes(name));
    print(
      '| format | refused | same | differs | wrong | exception | hang | slowest, ms |\n' +
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
    );
    for (const format of formats) {
      const counts: Record<Outcome, number> = { refused: 0, same: 0, differs: 0, wrong: 0, exception: 0, hang: 0 };
      let slowest = 0;
      for await (const { index, outcome, milliseconds, detail } of fuzz(format, { seed, count })) {
        if (signal.aborted) return;
        counts[outcome]++;
        slowest = Math.max(slowest, milliseconds);
        if (!FAULTS.includes(outcome)) continue;
        faults++;
        process.stderr.write(`${format.name} ${index}: ${outcome}${detail === undefined ? '' : `\n${detail}`}\n`);
        if (keep === undefined) continue;
        for (const [path, bytes] of mutantFiles(await soundInputs(format), seed, index)) {
          const at = join(keep, `${format.name.replaceAll(' ', '-')}-${index}`, path);
          await mkdir(dirname(at), { recursive: true });
          await writeFile(at, bytes);
        }
      }
      print(`| ${[format.name, ...Object.values(counts), Math.round(slowest)].join(' | ')} |`);
    }
  },
});

const code = await runSingleCommand('npm run fuzz --', command, process.argv.slice(2));
process.exit(code === 0 && faults > 0 ? 1 : code);
