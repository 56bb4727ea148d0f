/** `npm run safety -- <command>`: compiles the phrases, trains the classifier, measures both. */
import { defineCommand } from '../../src/node/command-options.ts';
import { runCommandLine } from '../../src/node/command-line.ts';
import { readTraining } from './examples.ts';
import { readWeights, writePhrases, writeWeights } from './files.ts';
import { judgeLeftOut, judgeUnseen, levels, table, unseenAuthors } from './measure.ts';
import { train } from './train.ts';

const phrases = defineCommand({
  summary: 'Check the files of src/core/safety/phrases and write phrases.json and languages.json next to them.',
  options: {},
  examples: [''],
  run(_values, print) {
    print(`${writePhrases()} phrases written.`);
    return Promise.resolve();
  },
});

const training = defineCommand({
  summary:
    'Train the classifier on the phrases of tests/fixtures/danger, and report how it does on each author left out.',
  options: { dry: { kind: 'flag', about: 'Write no weights.' } },
  examples: ['', '--dry'],
  async run({ dry }, print) {
    const examples = readTraining();
    const { weights, leftOut } = await train(examples);
    if (!dry) writeWeights(weights);
    const rows = judgeLeftOut(examples, leftOut);
    for (const line of [...table(rows), levels(rows)]) print(line);
  },
});

const measure = defineCommand({
  summary: 'Report how rules and classifier do on authors whose phrases were used for neither.',
  options: { misses: { kind: 'flag', about: 'Print each misclassified phrase.' } },
  examples: ['', '--misses'],
  async run({ misses }, print) {
    const weights = readWeights();
    const rows = (await Promise.all(unseenAuthors().map((author) => judgeUnseen(author, weights)))).flat();
    for (const line of [...table(rows), levels(rows)]) print(line);
    if (!misses) return;
    for (const { author, level, together, text } of rows) {
      if ((level === 'none') !== (together === 'none')) print(`${author}: ${level} judged ${together}: ${text}`);
    }
  },
});

const COMMANDS = {
  phrases: () => Promise.resolve(phrases),
  train: () => Promise.resolve(training),
  measure: () => Promise.resolve(measure),
};

process.exitCode = await runCommandLine('npm run -s safety --', COMMANDS, process.argv.slice(2));
