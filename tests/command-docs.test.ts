import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAB_COMMANDS } from '../src/node/commands/index.ts';
import { commandHelp } from '../src/node/command-help.ts';
import { askedFor } from '../src/node/command-options.ts';
import { runCommandLine, type Commands } from '../src/node/command-line.ts';
import { runHere } from './harness/run-here.ts';
import { TRAINER_COMMANDS } from '../trainer/commands/index.ts';

const ROOT = join(import.meta.dirname, '..');
const COMMAND_LINES: Record<string, { commands: Commands; file: string }> = {
  lab: { commands: LAB_COMMANDS, file: 'src/node/cli.ts' },
  trainer: { commands: TRAINER_COMMANDS, file: 'trainer/cli.ts' },
};
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.split(sep).join('/')}`),
];

interface Mention {
  page: string;
  line: string;
  script: string;
  command: string;
  args: string[];
}

/** Every `npm run lab|trainer -- …` of the documentation, in code blocks and in running text. */
const mentions: Mention[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/\\\n\s*/g, ' ');
  return [...text.matchAll(/npm run (?:-s )?(lab|trainer) -- ([^\n`#]+)/g)].map(([line, script = '', rest = '']) => {
    const [command = '', ...args] = rest
      .trim()
      .replaceAll(/<[^>]*>|…/g, 'X')
      .split(/\s+/);
    return { page, line, script, command, args };
  });
});

function runFile(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

it.each([
  ['bench/cli.ts', ['metrics']],
  ['build/safety/cli.ts', ['measure']],
  ['tests/fuzz/cli.ts', []],
])('%s answers --help and --version, and refuses an unknown option with a sentence', async (file, command) => {
  const [help, version, unknown] = await Promise.all([
    runFile(file, '--help'),
    runFile(file, '--version'),
    runFile(file, ...command, '--nonsense'),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Usage: npm run') as string });
  expect(version).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^solace-lab \d+\.\d+\.\d+\n$/) as string,
  });
  expect(unknown).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^There is no option --nonsense\. See --help\. \(npm run [^\n]+ --help\)\n$/,
    ) as string,
  });
});

describe('documented commands', () => {
  it('are found', () => {
    expect(mentions.length).toBeGreaterThan(20);
  });

  it.each(mentions)('$page: $line', async ({ script, command, args }) => {
    const load = COMMAND_LINES[script]?.commands[command];
    const { options } = (await load?.()) ?? expect.fail(`There is no command ${command}.`);
    const flags = args.flatMap((arg) => /^\[?--([\w-]+)/.exec(arg)?.[1] ?? []);
    expect(
      flags.filter((flag) => !Object.hasOwn(options, flag) && askedFor([`--${flag}`], options) === undefined),
    ).toEqual([]);
  });

  it('name no option in the text that no command has', async () => {
    const commands = await Promise.all(
      Object.values(COMMAND_LINES).flatMap(({ commands }) => Object.values(commands).map((load) => load())),
    );
    const known = new Set([...commands.flatMap(({ options }) => Object.keys(options)), 'help', 'version']);
    // An option of vLLM.
    const others = new Set(['allowed-origins']);
    const named = PAGES.flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/`(--[a-z][\w-]*)[^`]*`/g)].map(([, flag = '']) => ({
        page,
        flag: flag.slice(2),
      })),
    );
    expect(named.filter(({ flag }) => !known.has(flag) && !others.has(flag))).toEqual([]);
  });
});

describe.each(Object.entries(COMMAND_LINES))('npm run %s', (script, { commands, file }) => {
  it.each(Object.entries(commands))(
    '%s explains each option, and its examples use its own options',
    async (name, load) => {
      const command = await load();
      const help = commandHelp(`npm run ${script} -- ${name}`, command);
      for (const [option, { about, choices, default: preset }] of Object.entries(command.options)) {
        expect(help).toContain(`--${option}`);
        expect(about).toMatch(/^[A-Z].*\.$/);
        if (preset !== undefined && choices) expect(choices).toContain(preset);
      }
      expect(
        Math.max(
          ...help
            .split('\n')
            .filter((line) => !line.startsWith('  npm run') && !line.startsWith('Usage'))
            .slice(2)
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(100);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) {
        for (const [, flag = ''] of example.matchAll(/(?:^|\s)--([\w-]+)/g))
          expect(Object.keys(command.options)).toContain(flag);
      }
    },
  );

  const run = (...args: string[]) => runHere(() => runCommandLine(`npm run ${script} --`, commands, args));

  it('answers --help and --version with exit code 0, whatever the other arguments', async () => {
    const [first = ''] = Object.keys(commands);
    const help = await run(first, '--help');
    const short = await run(first, '--nonsense', '-h');
    const version = await runFile(file, '--version');
    const own = await run(first, '--version');
    const unknown = await run(`${first}x`);
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Options:') as string });
    expect(short).toEqual(help);
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^solace-lab \d+\.\d+\.\d+\n$/) as string });
    expect(own).toEqual(version);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining(`Did you mean ${first}?`) as string });
  });
});
