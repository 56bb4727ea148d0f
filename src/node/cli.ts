/** `npm run -s lab -- <command>`: the lab without a browser. */
import { runCommandLine } from './command-line.ts';
import { LAB_COMMANDS } from './commands/index.ts';

process.exitCode = await runCommandLine('npm run -s lab --', LAB_COMMANDS, process.argv.slice(2));
