import { describe, expect, it } from 'vitest';
import { commandHelp } from './command-help.ts';
import { askedFor, defineCommand, type Values } from './command-options.ts';
import { nearest } from './nearest.ts';

const options = {
  in: { kind: 'text', value: 'FILE', required: true, about: 'What is read.' },
  many: { kind: 'text', many: true, about: 'Some.' },
  count: { kind: 'count', default: '3', about: 'How many.' },
  dtype: { kind: 'text', choices: ['q4', 'F16'], about: 'Which.' },
  'no-check': { kind: 'flag', about: 'Unchecked.' },
} as const;

async function parse(...args: string[]): Promise<Values<typeof options>> {
  let found: Values<typeof options> | undefined;
  const command = defineCommand({
    summary: 'Tests.',
    operand: 'in',
    options,
    examples: [],
    run(values) {
      found = values;
      return Promise.resolve();
    },
  });
  await command.run(args, () => undefined, new AbortController().signal);
  return found ?? expect.fail('it did not run');
}

describe('a command', () => {
  it('receives the values of its options, defaults included', async () => {
    expect(await parse('--in', 'x')).toEqual({ in: 'x', many: [], count: 3, dtype: undefined, 'no-check': false });
    expect(await parse('x', '--many', 'a', '--many=b', '--count', '12', '--dtype', 'Q4', '--no-check')).toEqual({
      in: 'x',
      many: ['a', 'b'],
      count: 12,
      dtype: 'q4',
      'no-check': true,
    });
    expect(await parse('x', '--dtype', 'f16')).toMatchObject({ dtype: 'F16' });
  });

  it.each([
    [[], '--in is missing'],
    [['x', 'y'], '"y" is one too many'],
    [['x', '--in', 'y'], '"x" is one too many'],
    [['x', '--no-chek'], 'There is no option --no-chek. Did you mean --no-check?'],
    [['x', '--colour', 'red'], 'There is no option --colour. See --help.'],
    [['x', '--count', '0'], 'not a whole number from 1'],
    [['x', '--count', '1e3'], 'not a whole number from 1'],
    [['x', '--dtype', 'q5'], 'Use one of q4, F16.'],
    [['x', '--dtype', 'q44'], '--dtype q44 is not known. Did you mean q4? Use one of q4, F16.'],
    [['x', '--dtype', 'zip'], '--dtype zip is not known. Use one of q4, F16.'],
    [['x', '--dtype'], '--dtype'],
    [['x', '--no-check=yes'], '--no-check'],
  ])('%j is refused with a sentence', async (args, message) => {
    await expect(parse(...args)).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining(message) as string,
    });
  });

  it('recognises --help and --version among other options, but not in a value', () => {
    expect(askedFor(['x', '--help'], options)).toBe('help');
    expect(askedFor(['-h'], options)).toBe('help');
    expect(askedFor(['--bad', '--version'], options)).toBe('version');
    expect(askedFor(['--many', '--help'], options)).toBeUndefined();
    expect(askedFor(['--', '--help'], options)).toBeUndefined();
  });

  it('prints help in lines that fit a terminal', () => {
    const help = commandHelp('npm run x -- go', {
      summary: 'Goes.',
      options,
      operand: 'in',
      examples: ['a.txt'],
      run: () => Promise.resolve(),
    });
    expect(help).toContain('Usage: npm run x -- go [--in] FILE [options]');
    expect(help).toMatch(/--count N +How many\. Default: 3\./);
    expect(help).toMatch(/--in FILE +What is read\..* Required\./);
    expect(help).toContain('  npm run x -- go a.txt');
  });
});

describe('nearest', () => {
  it('finds the likely meaning, and nothing if nothing is close', () => {
    expect(nearest('epoch', ['epochs', 'epsilon'])).toBe('epochs');
    expect(nearest('exprot', ['export', 'merge'])).toBe('export');
    expect(nearest('Rank', ['rank'])).toBe('rank');
    expect(nearest('colour', ['in', 'out', 'dtype'])).toBeUndefined();
    expect(nearest('smolm2', ['paper-llama2-7b', 'smollm2-135m'])).toBe('smollm2-135m');
    expect(nearest('paper', ['paper-llama2-7b', 'paper-mistral-7b'])).toBeUndefined();
    expect(nearest('in', ['inspect'])).toBeUndefined();
  });
});
