import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { FUZZ_FORMATS } from './formats.ts';
import { FAULTS, mutantFiles, soundInputs, type Outcome } from './mutant.ts';
import { fuzz } from './run.ts';

const HELP = `Damages files of every format that strangers may hand to the lab, and reads them.

Usage: npm run fuzz -- [--count N] [--seed N] [--format NAME]… [--keep FOLDER]

  --count N       Mutants of each format. Default: 1000.
  --seed N        Which mutants. Default: 1.
  --format NAME   One of ${FUZZ_FORMATS.map(({ name }) => name).join(', ')}. May be given several times. Default: all.
  --keep FOLDER   Write the files of each fault there.
  -h, --help      Print this help.

Ends with 1 where a mutant hangs, throws anything but an error of the lab, or loads with other content than its hashes say.`;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { count: { ...text, default: '1000' }, seed: { ...text, default: '1' }, format: { ...text, multiple: true }, keep: text, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [count, seed] = [Number(values.count), Number(values.seed)];
const wanted = values.format?.map((name) => name.toLowerCase());
const formats = FUZZ_FORMATS.filter(({ name }) => wanted?.includes(name.toLowerCase()) ?? true);
if (!Number.isInteger(count) || !Number.isInteger(seed) || count < 1 || formats.length === 0) {
  console.error(HELP);
  process.exit(2);
}

let faults = 0;
console.log('| format | refused | same | differs | wrong | exception | hang | slowest, ms |\n| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const format of formats) {
  const counts: Record<Outcome, number> = { refused: 0, same: 0, differs: 0, wrong: 0, exception: 0, hang: 0 };
  let slowest = 0;
  for await (const { index, outcome, milliseconds, detail } of fuzz(format, { seed, count })) {
    counts[outcome]++;
    slowest = Math.max(slowest, milliseconds);
    if (!FAULTS.includes(outcome)) continue;
    faults++;
    console.error(`${format.name} ${index}: ${outcome}${detail === undefined ? '' : `\n${detail}`}`);
    if (values.keep === undefined) continue;
    for (const [path, bytes] of mutantFiles(await soundInputs(format), seed, index)) {
      const at = join(values.keep, `${format.name.replaceAll(' ', '-')}-${index}`, path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, bytes);
    }
  }
  console.log(`| ${[format.name, ...Object.values(counts), Math.round(slowest)].join(' | ')} |`);
}
process.exit(faults > 0 ? 1 : 0);
