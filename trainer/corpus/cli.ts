/** `npm run corpus -- <command>`. */
import { runCommandLine } from '../../src/node/command-line.ts';

process.exitCode = await runCommandLine(
  'npm run corpus --',
  {
    check: async () => (await import('./commands/check.ts')).checkCommand,
    build: async () => (await import('./commands/build.ts')).buildCommand,
    split: async () => (await import('./commands/split.ts')).splitCommand,
    exchanges: async () => (await import('./commands/exchanges.ts')).exchangesCommand,
  },
  process.argv.slice(2),
);
