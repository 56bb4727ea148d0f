import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plotCommand } from './plot.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plot-'));
  await mkdir(join(folder, 'run'));
  await writeFile(
    join(folder, 'run/metrics.jsonl'),
    '{"step":1,"epoch":0.5,"trainLoss":3,"learningRate":0.1}\n' +
      '{"step":2,"epoch":1,"trainLoss":2,"learningRate":0.1}\n' +
      '{"step":2,"epoch":1,"evalLoss":2.5}\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const plot = async (out: string, ...more: string[]): Promise<string> => {
  const lines: string[] = [];
  await plotCommand.run(
    [join(folder, 'run'), '--out', out, ...more],
    (line) => lines.push(line),
    new AbortController().signal,
  );
  return lines.join('\n');
};

describe('plot', () => {
  it('draws an SVG, and replaces its own', async () => {
    const out = join(folder, 'loss.svg');
    expect(await plot(out)).toContain('run: 2 updates, best evaluation loss 2.5000');
    const first = await readFile(out, 'utf8');
    expect(first).toMatch(/^<svg .*Loss of run/s);
    await plot(out);
    expect(await readFile(out, 'utf8')).toBe(first);
    expect((await readdir(folder)).sort()).toEqual(['loss.svg', 'run']);
  });

  it.each(['loss.png', 'loss', 'loss.svg.bak', 'run/metrics.jsonl'])(
    'refuses a name with another extension: %s',
    async (name) => {
      await expect(plot(join(folder, name))).rejects.toThrow(/does not end in \.svg/);
    },
  );

  it('replaces an SVG of another program only when forced to', async () => {
    const out = join(folder, 'logo.svg');
    await writeFile(out, '<svg class="figure">mine</svg>');
    await expect(plot(out)).rejects.toThrow(/did not write it.*--force/);
    expect(await readFile(out, 'utf8')).toContain('mine');
    await plot(out, '--force');
    expect(await readFile(out, 'utf8')).not.toContain('mine');
    await mkdir(join(folder, 'dir.svg'));
    await expect(plot(join(folder, 'dir.svg'), '--force')).rejects.toThrow(/not a file/);
  });
});
