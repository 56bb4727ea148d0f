import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTinyRuns } from '../../tests/harness/tiny-runs.ts';
import { LabError } from '../../src/core/error.ts';
import { checkLora } from '../../src/core/training/lora.ts';
import { labelCount } from '../../src/core/training/sequence.ts';
import { openCheckpoint } from '../files/open.ts';
import { readWeights } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import { loadConfig, PRESETS } from './load-config.ts';
import { MetricsLog } from './metrics.ts';
import { prepareData } from './prepare.ts';

const { folder, config, run, metrics, losses } = useTinyRuns();

describe('trainRun', () => {
  it('lowers the loss, logs every update and keeps the best adapter in the format of PEFT', async () => {
    const result = await run(config('plain', { evalEvery: 10, accumulate: 2, batchSequences: 2 }));
    expect(result).toMatchObject({ updates: 8, reason: 'finished' });
    const rows = metrics('plain').filter(({ trainLoss }) => trainLoss !== undefined);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows.at(-1)?.trainLoss).toBeLessThan(rows[0]?.trainLoss ?? 0);
    for (const row of rows)
      expect(Object.keys(row).sort()).toEqual([
        'epoch',
        'gradNorm',
        'learningRate',
        'step',
        'tokensPerSecond',
        'trainLoss',
      ]);
    const adapter = await readWeights(join(folder, 'plain/best/adapter_model.safetensors'));
    expect([...adapter.keys()]).toContain('base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight');
    expect(JSON.parse(await readFile(join(folder, 'plain/best/adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 4,
      lora_alpha: 8,
    });
  });

  it('stops when the evaluation loss no longer decreases', async () => {
    const result = await run(config('early', { learningRate: 1, epochs: 20, evalEvery: 1, patience: 2 }));
    expect(result.reason).toBe('no-better');
    expect(result.updates).toBeLessThan(320);
  });

  it('stops on a loss that is not finite and reports the step and the dialogues', async () => {
    await expect(
      run(config('nan', { learningRate: 1e30, schedule: 'constant', warmupShare: 0, weightDecay: 0 })),
    ).rejects.toThrow(/step \d+, data\.jsonl line \d+.*(loss|norm) became/s);
  });

  it('saves its state when it is stopped, and resumes from there', async () => {
    await run(config('whole'));
    const stop = new AbortController();
    stop.abort();
    for (
      let i = 0;
      i < 40 && (await run(config('parts'), { resume: i > 0 }, i < 3 ? stop.signal : undefined)).reason === 'stopped';
      i++
    );
    expect(losses('parts').length).toBe(losses('whole').length);
    losses('parts').forEach((loss, i) => expect(Math.abs(loss - (losses('whole')[i] ?? NaN))).toBeLessThan(1e-5));
  });

  it('refuses to resume with other settings', async () => {
    await run(config('settings', { maxSteps: 2 }));
    await expect(run(config('settings', { maxSteps: 2, learningRate: 0.5 }), { resume: true })).rejects.toThrow(
      'other data or settings',
    );
  });

  it('puts several dialogues into a pass by default', async () => {
    await run(config('batched', { batchSequences: 4, epochs: 1 }));
    expect(metrics('batched').filter(({ trainLoss }) => trainLoss !== undefined)).toHaveLength(4);
  });

  it('reports a layer that the model does not have, and an absurd rank', async () => {
    const { checkpoint, close } = await openCheckpoint(join(folder, 'model'));
    const lora = config('x').lora;
    expect(() => checkLora({ ...lora, layers: [0, 7] }, checkpoint.config)).toThrow(
      /lora\.layers: The model has 2 layers.* no layer 7\./,
    );
    expect(() => checkLora({ ...lora, rank: 1_000_000 }, checkpoint.config)).toThrow(/lora\.rank: .*1000000/);
    expect(() => checkLora({ ...lora, rank: 64, layers: [1] }, checkpoint.config)).not.toThrow();
    await close();
  });
});

describe('configuration', () => {
  it.each(PRESETS)('%s is valid', async (preset) => {
    const { lora } = await loadConfig({ preset });
    expect(lora).toMatchObject({
      rank: 64,
      alpha: 32,
      dropout: 0.1,
      targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
    });
  });

  it('reports unknown keys', async () => {
    await expect(loadConfig({ preset: 'smollm2-135m', set: ['train.learnRate=1'] })).rejects.toThrow(
      /learnRate.*\n?.*train/s,
    );
  });

  it('says which key or preset was meant', async () => {
    const complain = (set: string[]) => loadConfig({ preset: 'smollm2-135m', set });
    await expect(complain(['train.epoch=1'])).rejects.toThrow('Did you mean train.epochs?');
    await expect(complain(['dat.train=x'])).rejects.toThrow('Did you mean data?');
    await expect(complain(['epochs=1'])).rejects.toThrow('Did you mean train.epochs?');
    await expect(complain(['__proto__.x=1'])).rejects.toThrow('__proto__');
    await expect(complain(['data.train=[x'])).rejects.toThrow(/--set data\.train=\[x/);
    await expect(loadConfig({ preset: 'smollm-135m' })).rejects.toThrow('Did you mean smollm2-135m?');
  });

  it('accepts PEFT’s name for all linear layers', async () => {
    const { lora } = await loadConfig({ preset: 'smollm2-135m', set: ['lora.targets=all-linear'] });
    expect(lora.targets).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']);
  });

  it('lets single settings override others', async () => {
    const { train, lora } = await loadConfig({
      preset: 'smollm2-135m',
      set: ['train.epochs=7', 'lora.targets=[q_proj]'],
    });
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

  it('falls back to a random split if a problem type occurs once', async () => {
    const path = join(folder, 'single.jsonl');
    const [first = '', ...others] = (await readFile(join(folder, 'data.jsonl'), 'utf8')).split('\n');
    await writeFile(
      path,
      [first.replace(/"problem_type":"[^"]*"/, '"problem_type":"once","survey_score":{}'), ...others].join('\n\n'),
    );
    const data = await prepare(config('x', {}, { train: path }));
    expect([data.train.counts.sequences, data.eval.counts.sequences]).toEqual([16, 4]);
    expect(data.notes.join()).toMatch(/at random.*"once" has one member/);
  });

  it('counts what it truncates', async () => {
    const whole = await prepare(config('x'));
    const short = await prepare(config('x', {}, { maxTokens: 60 }));
    expect(short.train.counts.tooLong).toBe(16);
    expect(short.train.counts.tokens + short.train.counts.tokensLost).toBe(whole.train.counts.tokens);
    expect(short.train.counts.labels + short.train.counts.labelsLost).toBe(whole.train.counts.labels);
  });

  it('trains on the same words whatever the compression of the context', async () => {
    const raw = await prepare(config('x'));
    const compressed = await prepare(config('x', {}, { representation: 'nostopwords' }));
    const learnt = ({ train }: typeof raw): number =>
      train.sequences.reduce((sum, sequence) => sum + labelCount(sequence), 0);
    expect(learnt(compressed)).toBe(learnt(raw));
    expect(compressed.train.sequences.some(({ branches }) => branches.some((branch) => branch > 0))).toBe(true);
  });

  it('reports each malformed record by its line, and uses the rest only on request', async () => {
    await mkdir(join(folder, 'bad'), { recursive: true });
    const path = join(folder, 'bad/bad.jsonl');
    await writeFile(path, `${await readFile(join(folder, 'data.jsonl'), 'utf8')}\n{"dialog": 3}\n{"dialog": [`);
    await expect(prepare(config('x', {}, { train: path }))).rejects.toThrow(
      /bad\.jsonl line 21: .*bad\.jsonl line 22: /s,
    );
    const { bad, train } = await prepare(config('x', {}, { train: path, skipBad: true }));
    expect([bad.length, train.counts.dialogues]).toEqual([2, 16]);
  });

  it('reads the original shape of ESConv too', async () => {
    const path = join(folder, 'original.json');
    const dialog = [
      { speaker: 'speaker', content: 'hello\n', annotation: {} },
      { speaker: 'listener', content: 'tell me more', annotation: { strategy: 'Question' } },
    ];
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
    expect((failed as LabError).message).toContain('--set out=');
  });

  it('removes incomplete lines and what came after a step', async () => {
    const path = join(folder, 'rewind.jsonl');
    await writeFile(path, '{"step":1,"epoch":0}\n{"step":2,"epoch":0}\n{"step":3,"ep');
    await new MetricsLog(path).rewind(1);
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"epoch":0}\n');
  });

  it('does not replace a file that cannot be read', async () => {
    const path = join(folder, 'loop.jsonl');
    await symlink('loop.jsonl', path);
    await expect(new MetricsLog(path).rewind(1)).rejects.toMatchObject({ code: 'io' });
    expect(await readlink(path)).toBe('loop.jsonl');
  });
});
