import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import { writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { useTinyRuns } from '../../tests/harness/tiny-runs.ts';
import { claimRun } from './place.ts';
import { withRunDate } from './run-date.ts';

const { folder, config, run, metrics, losses, lines } = useTinyRuns();

/** Every file of a run, by path. */
async function contents(out: string): Promise<Map<string, string>> {
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    await Promise.all(files.map(async (path) => [path, (await readFile(path)).toString('base64')] as const)),
  );
}

describe('the folder of a run', () => {
  const out = (): string => join(folder, 'taken');
  let before: Map<string, string>;
  beforeAll(async () => {
    await run(config('taken', { maxSteps: 3 }));
    await writeFile(join(out(), 'notes.txt'), 'mine');
    await writeFile(join(out(), 'best/notes.txt'), 'mine');
    before = await contents(out());
  });

  it('is not reused unasked', async () => {
    await expect(run(config('taken', { maxSteps: 3 }))).rejects.toThrow(
      /contains a run of 3 updates.*--resume.*--fresh/,
    );
    await expect(run(config('taken'), { resume: true, fresh: true })).rejects.toThrow(/cannot be combined/);
    expect(await contents(out())).toEqual(before);
  });

  it.each([
    ['its data is bad', {}, { train: 'missing.jsonl' }],
    ['the device does not exist', {}, {}],
    ['the loss is not finite at the first update', { learningRate: 1e-3 }, {}],
  ])('stays as it was, byte for byte, when a fresh start fails because %s', async (why, train, data) => {
    const settings = config('taken', train, data);
    if (why.startsWith('the device')) settings.device = 'cuda';
    if (why.startsWith('the loss')) {
      await writeTinyModel(join(folder, 'broken'));
      const path = join(folder, 'broken/model.safetensors');
      const bytes = await readFile(path);
      // The values of the last tensors become NaN.
      bytes.fill(0xff, bytes.length - 4096);
      await writeFile(path, bytes);
      settings.model = join(folder, 'broken');
    }
    await expect(run(settings, { fresh: true })).rejects.toThrow();
    expect(await contents(out())).toEqual(before);
  });

  it('keeps two runs apart', async () => {
    const place = await claimRun(out(), { resume: true });
    await expect(run(config('taken', { maxSteps: 3 }), { fresh: true })).rejects.toThrow(
      `process ${process.pid} is working on this run`,
    );
    await place.close();
    expect(await contents(out())).toEqual(before);
  });

  it('is replaced by a fresh run after its first update, except for files of others', async () => {
    await writeFile(join(out(), 'config.yaml'), `# my notes\n${await readFile(join(out(), 'config.yaml'), 'utf8')}`);
    const stop = new AbortController();
    stop.abort();
    await run(config('taken', { maxSteps: 4, learningRate: 0.02 }), { fresh: true }, stop.signal);
    expect(metrics('taken').map(({ step }) => step)).toEqual([1]);
    expect((await readdir(out())).sort()).toEqual([
      'best',
      'config.before.yaml',
      'config.yaml',
      'last',
      'metrics.jsonl',
      'notes.txt',
    ]);
    expect(await readFile(join(out(), 'config.before.yaml'), 'utf8')).toMatch(/^# my notes/);
    expect(await readdir(join(out(), 'best'))).toEqual(['notes.txt']);
    await run(config('taken', { maxSteps: 4, learningRate: 0.02 }), { resume: true });
    expect(
      metrics('taken')
        .filter(({ trainLoss }) => trainLoss !== undefined)
        .map(({ step }) => step),
    ).toEqual([1, 2, 3, 4]);
    expect(await readdir(join(out(), 'best'))).toContain('notes.txt');
    // An untouched one is not copied again, whatever the order of its keys.
    await run(await withRunDate(config('taken', { maxSteps: 1 }), { resume: false }), { fresh: true });
    await run(config('taken', { maxSteps: 1 }), { fresh: true });
    expect((await readdir(out())).filter((name) => name.startsWith('config'))).toEqual([
      'config.before.yaml',
      'config.yaml',
    ]);
  });

  it('is not left behind when a new run could not start', async () => {
    await expect(run(config('unborn', {}, { train: 'missing.jsonl' }))).rejects.toThrow();
    expect(existsSync(join(folder, 'unborn'))).toBe(false);
  });

  it('must not be, or contain, what the run reads', async () => {
    const inputs = {
      model: join(folder, 'model'),
      'data.train': [join(folder, 'data.jsonl')],
      '--config': join(out(), 'config.yaml'),
    };
    await expect(claimRun(folder, { inputs })).rejects.toThrow(/--set out= is, or contains, what model reads/);
    await expect(claimRun(join(folder, 'model'), { fresh: true, inputs })).rejects.toThrow(/contains/);
    await (await claimRun(out(), { fresh: true, inputs })).close();
  });
});

describe('npm run trainer -- train', () => {
  const settings = ['model', 'data.train', 'out'] as const;
  const start = (
    out: string,
    resume: boolean,
    train = '{epochs: 20, saveEvery: 7, evalEvery: 50, threads: 1, learningRate: 0.01}',
  ) => {
    const values = { model: join(folder, 'model'), 'data.train': join(folder, 'data.jsonl'), out: join(folder, out) };
    const set = [
      ...settings.map((key) => `${key}=${values[key]}`),
      'lora={rank: 4, alpha: 8, dropout: 0.2}',
      `train=${train}`,
    ];
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        'trainer/cli.ts',
        'train',
        ...set.flatMap((value) => ['--set', value]),
        ...(resume ? ['--resume'] : []),
      ],
      { stdio: 'ignore' },
    );
    return { child, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
  };

  it('gives the same losses when it is killed five times at random and resumed', async ({ annotate }) => {
    const seed = Number(process.env['SOLACE_SEED'] ?? Date.now() % 2 ** 32);
    await annotate(`SOLACE_SEED=${seed} kills at the same points`);
    const random = seededRandom(seed);
    expect(await start('unkilled', false).ended).toBe(0);
    const total = lines('unkilled');
    for (let i = 0; i < 5; i++) {
      const { child, ended } = start('killed', i > 0);
      const target = ((i + random()) / 5) * total;
      const alive = (): boolean => child.exitCode === null && child.signalCode === null;
      while (alive() && lines('killed') < target) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await ended;
    }
    expect(await start('killed', true).ended).toBe(0);
    expect(losses('killed').length).toBe(losses('unkilled').length);
    losses('killed').forEach((loss, i) => expect(Math.abs(loss - (losses('unkilled')[i] ?? NaN))).toBeLessThan(1e-5));
    expect((await readdir(join(folder, 'killed'))).sort()).toEqual(['best', 'config.yaml', 'last', 'metrics.jsonl']);
  });

  it.skipIf(process.platform === 'win32')(
    'saves on SIGINT and SIGTERM, exits with their codes and resumes identically',
    async () => {
      const train = '{epochs: 8, saveEvery: 1000, evalEvery: 1000, threads: 1, learningRate: 0.01}';
      expect(await start('unstopped', false, train).ended).toBe(0);
      for (const [i, [signal, code]] of (
        [
          ['SIGTERM', 143],
          ['SIGINT', 130],
        ] as const
      ).entries()) {
        const { child, ended } = start('stopped', i > 0, train);
        const target = lines('stopped') + 10;
        while (child.exitCode === null && lines('stopped') < target)
          await new Promise((resolve) => setTimeout(resolve, 5));
        child.kill(signal);
        // A wrapper may pass the same signal on a moment later.
        await new Promise((resolve) => setTimeout(resolve, 10));
        child.kill(signal);
        expect(await ended).toBe(code);
        expect(await readdir(join(folder, 'stopped/last'))).toContain('state.json');
      }
      expect(await start('stopped', true, train).ended).toBe(0);
      expect(losses('stopped').length).toBe(losses('unstopped').length);
      losses('stopped').forEach((loss, i) =>
        expect(Math.abs(loss - (losses('unstopped')[i] ?? NaN))).toBeLessThan(1e-5),
      );
    },
    180_000,
  );
});
