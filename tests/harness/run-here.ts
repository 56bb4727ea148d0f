import { vi } from 'vitest';

/** What a command line wrote, and its exit code. */
export interface CommandOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process: what its `cli.ts` does, without the second that Node and tsx need to start. */
export async function runHere(commandLine: () => Promise<number>): Promise<CommandOutput> {
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }),
  );
  try {
    const code = await commandLine();
    return { code, ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
