/** `npm run trainer -- <command>`. */
import { runCommandLine } from '../src/node/command-line.ts';
import { RENAMED_COMMANDS, TRAINER_COMMANDS } from './commands/index.ts';

process.exitCode = await runCommandLine(
  'npm run trainer --',
  TRAINER_COMMANDS,
  process.argv.slice(2),
  RENAMED_COMMANDS,
);
