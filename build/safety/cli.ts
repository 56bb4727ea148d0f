/** `npm run safety -- <command>`: compiles the phrases, trains the classifier, measures both. */
import { defineCommand } from '../../src/lab/command-options.ts';
import { runCommandLine } from '../../src/lab/command-line.ts';
import { writePhrases } from './files.ts';

const phrases = defineCommand({
  summary: 'Check the files of src/safety/phrases and write src/safety/phrases.json from them.',
  options: {},
  examples: [''],
  run(_values, print) {
    print(`${writePhrases()} phrases written.`);
    return Promise.resolve();
  },
});

process.exitCode = await runCommandLine('npm run -s safety --', { phrases: () => Promise.resolve(phrases) }, process.argv.slice(2));
