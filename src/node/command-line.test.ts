import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

/** A command line whose only command waits until it is stopped, and then writes a file. */
const WAITING = `
  import { writeFileSync } from 'node:fs';
  import { runCommandLine } from ${JSON.stringify(new URL('command-line.ts', import.meta.url).href)};
  const wait = {
    summary: '', options: {}, examples: [],
    async run(args, print, signal) {
      writeFileSync('begun', '');
      const alive = setInterval(() => undefined, 100);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      clearInterval(alive);
      writeFileSync('saved', '');
    },
  };
  const code = await runCommandLine('test', { wait: async () => wait }, ['wait']);
  writeFileSync('code', String(code));
`;

it.skipIf(process.platform === 'win32')(
  'stops and saves when the shell that npm started it in is ended',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-command-'));
    try {
      await writeFile(join(folder, 'cli.mjs'), WAITING);
      const shell = spawn(
        'sh',
        ['-c', `"${process.execPath}" --import "${import.meta.resolve('tsx')}" cli.mjs; true`],
        { cwd: folder, stdio: 'ignore', env: { ...process.env, npm_lifecycle_event: 'trainer' } },
      );
      const written = (name: string) =>
        vi.waitFor(() => readFile(join(folder, name), 'utf8'), { timeout: 20_000, interval: 50 });
      await written('begun');
      shell.kill('SIGTERM');
      await written('saved');
      await vi.waitFor(async () => expect(await written('code')).toBe('143'), { timeout: 5000 });
    } finally {
      await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 100 });
    }
  },
  30_000,
);
