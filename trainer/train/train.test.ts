import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { LabError } from '../../src/error.ts';
import { labelCount } from '../../src/train/sequence.ts';
import { openCheckpoint } from '../files/open.ts';
import { readWeights } from './checkpoint.ts';
import { loadConfig, parseRunConfig, PRESETS, type RunConfig } from './config.ts';
import { MetricsLog, type MetricsRow } from './metrics.ts';
import { prepareData } from './prepare.ts';
import { trainRun, type RunResult } from './run.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
  await writeTinyModel(join(folder, 'model'));
  const words = ['hello there', 'I feel low today', 'that sounds hard', 'tell me more', 'it is my job', 'you are not alone'];
  const dialogue = (n: number): unknown => ({
    problem_type: n % 2 ? 'job crisis' : 'breakup',
    dialog: Array.from({ length: 4 }, (_, i) => ({ speaker: i % 2 ? 'sys' : 'usr', text: `${words[(n + i) % 6] ?? ''} ${n}` })),
  });
  await writeFile(join(folder, 'data.jsonl'), Array.from({ length: 20 }, (_, n) => JSON.stringify(dialogue(n))).join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = (out: string, train: Partial<RunConfig['train']> = {}, data: Record<string, unknown> = {}): RunConfig =>
  parseRunConfig({
    model: join(folder, 'model'),
    out: join(folder, out),
    data: { train: join(folder, 'data.jsonl'), evalShare: 0.2, ...data },
    lora: { rank: 4, alpha: 8, dropout: 0.2 },
    train: { epochs: 2, learningRate: 0.01, threads: 1, ...train },
  }, 'test');

async function run(settings: RunConfig, resume = false, signal?: AbortSignal): Promise<RunResult> {
  const { checkpoint, close } = await openCheckpoint(settings.model);
  try {
    return await trainRun(checkpoint, settings, await prepareData(checkpoint, settings), { resume, ...(signal && { signal }) });
  } finally {
    await close();
  }
}

function metrics(out: string): MetricsRow[] {
  return readFileSync(join(folder, out, 'metrics.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as MetricsRow);
}

const losses = (out: string): number[] => metrics(out).map(({ trainLoss, evalLoss }) => trainLoss ?? evalLoss ?? NaN);

describe('trainRun', () => {
  it('lowers the loss, logs every update and keeps the best adapter in the format of PEFT', async () => {
    const result = await run(config('plain', { evalEvery: 10, accumulate: 2, batchSequences: 2 }));
    expect(result).toMatchObject({ updates: 8, reason: 'finished' });
    const rows = metrics('plain').filter(({ trainLoss }) => trainLoss !== undefined);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows.at(-1)?.trainLoss).toBeLessThan(rows[0]?.trainLoss ?? 0);
    for (const row of rows) expect(Object.keys(row).sort()).toEqual(['epoch', 'gradNorm', 'learningRate', 'step', 'tokensPerSecond', 'trainLoss']);
    const adapter = await readWeights(join(folder, 'plain/best/adapter_model.safetensors'));
    expect([...adapter.keys()]).toContain('base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight');
    expect(JSON.parse(await readFile(join(folder, 'plain/best/adapter_config.json'), 'utf8'))).toMatchObject({ peft_type: 'LORA', r: 4, lora_alpha: 8 });
  });

  it('stops when the evaluation loss no longer falls', async () => {
    const result = await run(config('early', { learningRate: 1, epochs: 20, evalEvery: 1, patience: 2 }));
    expect(result.reason).toBe('no-better');
    expect(result.updates).toBeLessThan(320);
  });

  it('stops on a loss that is no number and names the step and the dialogues', async () => {
    await expect(run(config('nan', { learningRate: 1e30, schedule: 'constant', warmupShare: 0, weightDecay: 0 }))).rejects.toThrow(/step \d+, data\.jsonl line \d+.*(loss|norm) became/s);
  });

  it('saves where it is when it is stopped, and goes on from there', async () => {
    await run(config('whole'));
    const stop = new AbortController();
    stop.abort();
    for (let i = 0; i < 40 && (await run(config('parts'), i > 0, i < 3 ? stop.signal : undefined)).reason === 'stopped'; i++);
    expect(losses('parts').length).toBe(losses('whole').length);
    losses('parts').forEach((loss, i) => expect(Math.abs(loss - (losses('whole')[i] ?? NaN))).toBeLessThan(1e-5));
  });

  it('refuses to go on with other settings', async () => {
    await run(config('settings', { maxSteps: 2 }));
    await expect(run(config('settings', { maxSteps: 2, learningRate: 0.5 }), true)).rejects.toThrow('other data or settings');
  });
});

describe('npm run trainer -- train', () => {
  const settings = ['model', 'data.train', 'out'] as const;
  const start = (out: string, resume: boolean) => {
    const values = { model: join(folder, 'model'), 'data.train': join(folder, 'data.jsonl'), out: join(folder, out) };
    const set = [...settings.map((key) => `${key}=${values[key]}`), 'lora={rank: 4, alpha: 8, dropout: 0.2}', 'train={epochs: 20, saveEvery: 7, evalEvery: 50, threads: 1, learningRate: 0.01}'];
    const child = spawn(process.execPath, ['--import', 'tsx', 'trainer/cli.ts', 'train', ...set.flatMap((value) => ['--set', value]), ...(resume ? ['--resume'] : [])], { stdio: 'ignore' });
    return { child, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
  };
  const lines = (out: string): number => {
    const path = join(folder, out, 'metrics.jsonl');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  };

  it('killed five times at random and resumed gives the losses of a run that was not killed', async () => {
    expect(await start('unkilled', false).ended).toBe(0);
    const total = lines('unkilled');
    for (let i = 0; i < 5; i++) {
      const { child, ended } = start('killed', i > 0);
      const target = ((i + Math.random()) / 5) * total;
      const alive = (): boolean => child.exitCode === null && child.signalCode === null;
      while (alive() && lines('killed') < target) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await ended;
    }
    expect(await start('killed', true).ended).toBe(0);
    expect(losses('killed').length).toBe(losses('unkilled').length);
    losses('killed').forEach((loss, i) => expect(Math.abs(loss - (losses('unkilled')[i] ?? NaN))).toBeLessThan(1e-5));
    expect((await readdir(join(folder, 'killed'))).sort()).toEqual(['best', 'config.yaml', 'last', 'metrics.jsonl']);
  }, 180_000);
});

describe('configuration', () => {
  it.each(PRESETS)('%s is valid', async (preset) => {
    const { lora } = await loadConfig({ preset });
    expect(lora).toMatchObject({ rank: 64, alpha: 32, dropout: 0.1, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] });
  });

  it('names unknown keys', async () => {
    await expect(loadConfig({ preset: 'smollm2-135m', set: ['train.learnRate=1'] })).rejects.toThrow(/learnRate.*\n?.*train/s);
  });

  it('lets single settings win', async () => {
    const { train, lora } = await loadConfig({ preset: 'smollm2-135m', set: ['train.epochs=7', 'lora.targets=[q_proj]'] });
    expect([train.epochs, lora.targets]).toEqual([7, ['q_proj']]);
  });
});

describe('prepareData', () => {
  const prepare = async (settings: RunConfig) => {
    const { checkpoint, close } = await openCheckpoint(settings.model);
    return prepareData(checkpoint, settings).finally(close);
  };

  it('holds out a share of every problem type', async () => {
    const { train, eval: held } = await prepare(config('x'));
    expect([train.counts.sequences, held.counts.sequences]).toEqual([16, 4]);
  });

  it('counts what it cuts', async () => {
    const whole = await prepare(config('x'));
    const short = await prepare(config('x', {}, { maxTokens: 60 }));
    expect(short.train.counts.tooLong).toBe(16);
    expect(short.train.counts.tokens + short.train.counts.tokensLost).toBe(whole.train.counts.tokens);
    expect(short.train.counts.labels + short.train.counts.labelsLost).toBe(whole.train.counts.labels);
  });

  it('teaches the same words whatever the representation of the context', async () => {
    const raw = await prepare(config('x'));
    const compressed = await prepare(config('x', {}, { representation: 'nostopwords' }));
    const learnt = ({ train }: typeof raw): number => train.sequences.reduce((sum, sequence) => sum + labelCount(sequence), 0);
    expect(learnt(compressed)).toBe(learnt(raw));
    expect(compressed.train.sequences.some(({ branches }) => branches.some((branch) => branch > 0))).toBe(true);
  });

  it('names each malformed record by its line, and uses the rest only when asked to', async () => {
    await mkdir(join(folder, 'bad'), { recursive: true });
    const path = join(folder, 'bad/bad.jsonl');
    await writeFile(path, `${await readFile(join(folder, 'data.jsonl'), 'utf8')}\n{"dialog": 3}\n{"dialog": [`);
    await expect(prepare(config('x', {}, { train: path }))).rejects.toThrow(/bad\.jsonl line 21: .*bad\.jsonl line 22: /s);
    const { bad, train } = await prepare(config('x', {}, { train: path, skipBad: true }));
    expect([bad.length, train.counts.dialogues]).toEqual([2, 16]);
  });

  it('reads the original shape of ESConv too', async () => {
    const path = join(folder, 'original.json');
    const dialog = [{ speaker: 'speaker', content: 'hello\n', annotation: {} }, { speaker: 'listener', content: 'tell me more', annotation: { strategy: 'Question' } }];
    await writeFile(path, JSON.stringify(Array.from({ length: 4 }, () => ({ problem_type: 'breakup', dialog }))));
    const { train } = await prepare(config('x', {}, { train: path, evalShare: 0.5 }));
    expect(train.counts).toMatchObject({ dialogues: 2, sequences: 2 });
  });
});

describe('MetricsLog', () => {
  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    const failed = await new MetricsLog('/dev/full').append({ step: 1, epoch: 0 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(LabError);
    expect((failed as LabError).code).toBe('quota');
  });

  it('forgets torn lines and what came after a step', async () => {
    const path = join(folder, 'rewind.jsonl');
    await writeFile(path, '{"step":1,"epoch":0}\n{"step":2,"epoch":0}\n{"step":3,"ep');
    await new MetricsLog(path).rewind(1);
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"epoch":0}\n');
  });
});
