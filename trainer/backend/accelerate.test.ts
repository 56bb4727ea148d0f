import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { MetricsRow } from '../../src/core/training/metrics-row.ts';
import { writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../files/open.ts';
import { parseRunConfig, type RunConfig } from '../train/config.ts';
import { prepareData } from '../train/prepare.ts';
import { trainWithAccelerate } from './accelerate.ts';
import { commandLine, trainingCommand } from './python.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'solace-accelerate-'));
  await writeTinyModel(join(root, 'model'));
  const turn = (n: number, i: number): unknown => ({
    role: i % 2 ? 'assistant' : 'user',
    content: `words of the ${n} day, ${i}`,
  });
  await writeFile(
    join(root, 'data.jsonl'),
    Array.from({ length: 12 }, (_, n) => JSON.stringify({ messages: [0, 1, 2, 3].map((i) => turn(n, i)) })).join('\n'),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const config = (out: string, more: Record<string, unknown> = {}): RunConfig =>
  parseRunConfig(
    {
      model: join(root, 'model'),
      out: join(root, out),
      backend: 'accelerate',
      devices: 2,
      data: { format: 'chat', train: join(root, 'data.jsonl'), evalShare: 0.2 },
      lora: { rank: 2 },
      train: { epochs: 2, accumulate: 2, saveEvery: 1 },
      ...more,
    },
    'test',
  );

/** A fake Python: answers the check for packages, then prints lines or fails. */
async function fakePython(name: string, missing: string, script: string): Promise<string> {
  const path = join(root, name);
  await writeFile(path, `#!/bin/sh\nif [ "$1" = "-c" ]; then echo "${missing}"; exit 0; fi\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function train(
  settings: RunConfig,
  python: string,
  dryRun = false,
  replaces = false,
): Promise<{ rows: MetricsRow[]; printed: string[] }> {
  const { checkpoint, close } = await openCheckpoint(settings.model);
  const [rows, printed]: [MetricsRow[], string[]] = [[], []];
  try {
    const data = await prepareData(checkpoint, settings);
    await trainWithAccelerate(
      checkpoint,
      settings,
      data,
      { replaces },
      { dryRun, python, onRow: (row) => rows.push(row), print: (line) => printed.push(line) },
    );
    return { rows, printed };
  } finally {
    await close();
  }
}

describe('the accelerate backend', () => {
  it('writes everything a machine needs and prints the command without running it', async () => {
    const settings = config('dry');
    const { printed } = await train(settings, 'python3', true);
    expect(printed.join('\n')).toMatch(
      /ACCELERATE_USE_CPU=true .*torch\.distributed\.run .*--nproc_per_node 2 .*train\.py .*run\.json/,
    );
    const folder = join(settings.out, 'accelerate');
    const lines = async (name: string): Promise<unknown[]> =>
      (await readFile(join(folder, name), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    const [sequences, updates] = [
      await lines('train.jsonl'),
      (await lines('updates.jsonl')) as { passes: number[][]; rate: number; evaluate: boolean }[],
    ];
    // Nine dialogues, two processes with two passes each: three updates per epoch, each dialogue once.
    expect(updates.map(({ passes }) => passes.length)).toEqual([4, 4, 1, 4, 4, 1]);
    for (const epoch of [updates.slice(0, 3), updates.slice(3)])
      expect(epoch.flatMap(({ passes }) => passes.flat()).sort()).toEqual(sequences.map((_, i) => i));
    expect(updates.map(({ evaluate }) => evaluate)).toEqual([false, false, true, false, false, true]);
    expect(await readFile(join(folder, 'requirements.txt'), 'utf8')).toMatch(
      /^torch==[\d.]+\ntransformers==[\d.]+\npeft==[\d.]+\naccelerate==[\d.]+\n$/,
    );
    expect(JSON.parse(await readFile(join(folder, 'start/adapter_config.json'), 'utf8'))).toMatchObject({
      r: 2,
      peft_type: 'LORA',
    });
  });

  it('does not replace a script that a person edited or added', async () => {
    const settings = config('adapted');
    await train(settings, 'nowhere', true);
    await train(settings, 'nowhere', true);
    const script = join(settings.out, 'accelerate/train.py');
    await writeFile(script, '# mine');
    await expect(train(settings, 'nowhere', true)).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('train.py') as string,
    });
    expect(await readFile(script, 'utf8')).toBe('# mine');
  });

  it('shards over graphics cards with Accelerate’s own launcher', async () => {
    const settings = config('cards', { device: 'cuda', devices: 4, precision: 'bf16' });
    const { printed } = await train(settings, 'python3', true);
    expect(printed[0]).toContain('accelerate.commands.launch --config_file');
    const launch = parseYaml(await readFile(join(settings.out, 'accelerate/accelerate.yaml'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(launch).toMatchObject({
      distributed_type: 'FSDP',
      num_processes: 4,
      mixed_precision: 'bf16',
      fsdp_config: { fsdp_sharding_strategy: 'FULL_SHARD' },
    });
  });

  it.each([
    ['fp32', 'no', 1],
    ['fp16', 'fp16', 1],
    ['bf16', 'bf16', 4],
  ])(
    'writes %s so that a YAML 1.1 reader such as Accelerate reads the text %s',
    async (precision, expected, devices) => {
      const settings = config(`yaml-${precision}`, { device: 'cuda', devices, precision });
      await train(settings, 'python3', true);
      const text = await readFile(join(settings.out, 'accelerate/accelerate.yaml'), 'utf8');
      const launch = parseYaml(text, { version: '1.1' }) as Record<string, unknown>;
      expect(launch).toMatchObject({
        mixed_precision: expected,
        distributed_type: devices > 1 ? 'FSDP' : 'NO',
        compute_environment: 'LOCAL_MACHINE',
        use_cpu: false,
        num_processes: devices,
      });
      // The same in both versions, so that no value depends on the reader.
      expect(launch).toEqual(parseYaml(text, { version: '1.2' }));
      expect(JSON.parse(await readFile(join(settings.out, 'accelerate/run.json'), 'utf8'))).toMatchObject({
        precision,
      });
    },
  );

  it('does not touch the run that it replaces until the first update', async () => {
    const settings = config('replaced');
    const old = {
      'metrics.jsonl': '{"step":9,"epoch":1}\n',
      'best/adapter_config.json': '{}',
      'config.yaml': '# mine\n',
    };
    await mkdir(join(settings.out, 'best'), { recursive: true });
    for (const [name, text] of Object.entries(old)) await writeFile(join(settings.out, name), text);
    const contents = async (): Promise<Record<string, string>> => {
      const files = (await readdir(settings.out, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      );
      return Object.fromEntries(
        await Promise.all(
          files.map(async ({ parentPath, name }) => [
            join(parentPath, name).slice(settings.out.length + 1),
            await readFile(join(parentPath, name), 'utf8'),
          ]),
        ),
      );
    };
    const bad = await fakePython('replace-bad', '', 'exit 3');
    await expect(train(settings, bad, false, true)).rejects.toThrow(/status 3/);
    await expect(train(settings, join(root, 'no-such-python'), false, true)).rejects.toThrow(/Install Python/);
    expect(await contents()).toEqual(old);
    const good = await fakePython('replace-good', '', `echo '{"step":1,"epoch":0.5,"trainLoss":2.5}'`);
    await train(settings, good, false, true);
    expect(Object.keys(await contents())).toEqual(
      expect.arrayContaining(['accelerate/train.py', 'config.yaml', 'config.before.yaml']),
    );
    expect(Object.keys(await contents()).filter((path) => path.startsWith('accelerate.new'))).toEqual([]);
  });

  it('says what to install', async () => {
    await expect(train(config('none'), join(root, 'no-such-python'))).rejects.toThrow(
      /Install Python 3\.10 or newer, then run python3 -m pip install -r .*requirements\.txt/,
    );
    const partial = await fakePython('partial', 'peft accelerate', 'exit 1');
    await expect(train(config('partial-run'), partial)).rejects.toThrow(
      /Python has no peft, accelerate\. Run python3 -m pip install -r/,
    );
  });

  it('reports the rows of the script, and its last output when it fails', async () => {
    const good = await fakePython('good', '', `echo loading; echo '{"step":1,"epoch":0.5,"trainLoss":2.5}'`);
    expect((await train(config('good-run'), good)).rows).toEqual([{ step: 1, epoch: 0.5, trainLoss: 2.5 }]);
    const bad = await fakePython('bad', '', 'echo "CUDA out of memory" >&2; exit 3');
    await expect(train(config('bad-run'), bad)).rejects.toThrow(/status 3\.\nCUDA out of memory/);
  });

  it('refuses what the script would compute differently', async () => {
    await writeTinyModel(join(root, 'mistral'), { model_type: 'mistral', sliding_window: 5 });
    const narrow = {
      model: join(root, 'mistral'),
      data: { format: 'chat', train: join(root, 'data.jsonl'), representation: 'nostopwords' },
    };
    await expect(train(config('narrow', narrow), 'python3', true)).rejects.toThrow(/attention window/);
    await expect(train(config('webgpu', { device: 'webgpu' }), 'python3', true)).rejects.toThrow(/WebGPU/);
  });
});

describe('a command line', () => {
  it('can be pasted into a shell', () => {
    expect(commandLine({ file: 'python3', args: ["it's here/train.py", 'run.json'], env: { A: 'b c' } })).toBe(
      `A='b c' python3 'it'\\''s here/train.py' run.json`,
    );
    expect(trainingCommand('run', config('one', { devices: 1 }), 'python3').args).toEqual([
      'run/train.py',
      'run/run.json',
    ]);
  });
});
