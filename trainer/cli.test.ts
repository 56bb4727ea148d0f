import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../src/node/command-line.ts';
import { runHere } from '../tests/harness/run-here.ts';
import { writeTinyModel } from '../tests/harness/tiny-model.ts';
import { RENAMED_COMMANDS, TRAINER_COMMANDS } from './commands/index.ts';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);

let root = '';
let model = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'solace-cli-'));
  model = join(root, 'tiny');
  await writeTinyModel(model);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the trainer; returns its exit code and output. */
async function trainer(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runHere(() =>
    runCommandLine('npm run trainer --', TRAINER_COMMANDS, args, RENAMED_COMMANDS),
  );
  return { code, text: stdout + stderr };
}

describe('npm run trainer', () => {
  it('explains itself', async () => {
    const own = await run(process.execPath, ['--import', 'tsx', 'trainer/cli.ts', 'help'], { cwd: ROOT });
    expect(own).toMatchObject({ stdout: (await trainer('help')).text, stderr: '' });
    expect(await trainer('help')).toMatchObject({ code: 0, text: expect.stringContaining('export') });
    expect(await trainer('fly')).toMatchObject({ code: 1, text: expect.stringContaining('no command "fly"') });
    expect(await trainer('evaluate', '--preset', 'smollm2-135m')).toEqual({
      code: 1,
      text: 'The command "evaluate" is now called "perplexity": npm run trainer -- perplexity\n',
    });
  });

  it('exports and checks what it wrote, next to files of others only when forced to', async () => {
    const out = join(root, 'out');
    await mkdir(out);
    await writeFile(join(out, 'old.txt'), 'old');
    const refused = await trainer('export', '--in', model, '--dtype', 'q8', '--out', out);
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('It contains old.txt') });
    expect(await readdir(out)).toEqual(['old.txt']);
    const { code, text } = await trainer('export', model, '--dtype', 'Q8', '--out', out, '--force');
    expect(text).toContain('Logits: ONNX Runtime differs');
    expect(code).toBe(0);
    expect((await readdir(out)).sort()).toEqual([
      'README.md',
      'config.json',
      'manifest.json',
      'old.txt',
      'onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect((await readdir(root)).filter((name) => name.includes('partial'))).toEqual([]);
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('dtype `q8`');
  });

  it('trains on a folder that it exported, so that a merged model can be trained further', async () => {
    const out = join(root, 'exported');
    await trainer('export', '--in', model, '--dtype', 'q8', '--out', out, '--no-check');
    const data = join(root, 'data.jsonl');
    const dialog = ['I feel low', 'tell me more', 'it is my job', 'that sounds hard'].map((text, i) => ({
      speaker: i % 2 ? 'sys' : 'usr',
      text,
    }));
    await writeFile(
      data,
      Array.from({ length: 3 }, () => JSON.stringify({ problem_type: 'job crisis', dialog })).join('\n'),
    );
    const settings = {
      model: out,
      out: join(root, 'run'),
      'data.train': data,
      'data.eval': data,
      'lora.rank': 2,
      'train.epochs': 1,
    };
    const { code, text } = await trainer(
      'train',
      '--preset',
      'smollm2-135m',
      ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    );
    expect(text).toContain('Finished after 3 updates');
    expect(code).toBe(0);
    expect(await readdir(join(root, 'run/best'))).toContain('adapter_model.safetensors');
  });

  it('prints what a checkpoint contains', async () => {
    const { code, text } = await trainer('inspect', model);
    expect(code).toBe(0);
    expect(text).toContain('model.layers.1.mlp.down_proj.weight');
    expect(text).toContain('Chat template');
  });

  it.each([
    [['export', '--dtype', 'q4', '--out', 'x'], '--in is missing'],
    [['export', '--in', 'nowhere', '--dtype', 'q4', '--out', 'x'], 'file or folder does not exist'],
    [['export', '--in', '.', '--dtype', 'q5', '--out', 'x'], '--dtype q5 is not known'],
    [['export', '--in', '.', '--dtype', 'q4', '--out', 'x', '--context', 'many'], 'not a whole number'],
    [['export', '--in', '.', '--dtype', 'q4', '--out', 'x', '--colour', 'red'], '--colour'],
    [['export', '--in', '.', '--dtyp', 'q4', '--out', 'x'], 'Did you mean --dtype?'],
    [['export', '--in', 'docs', '--dtype', 'q4', '--out', '.'], 'the working directory'],
    [['exprot'], 'Did you mean export?'],
    [['train', '--preset', 'smollm2-135m', '--set', 'model=nope', '--set', 'out=none'], 'Check the setting model'],
    [['export', '--in', 'docs', '--dtype', 'q4', '--out', 'x'], 'contains no .gguf'],
  ])('%j fails with a clear sentence', async (args, message) => {
    const { code, text } = await trainer(...args);
    expect(code).toBe(1);
    expect(text).toContain(message);
    expect(text).not.toMatch(/\n\s+at /);
  });

  it('leaves nothing behind when the tokenizer is missing or the disk refuses', async () => {
    const bare = join(root, 'bare');
    await writeTinyModel(bare);
    await rm(join(bare, 'tokenizer.json'));
    const missing = await trainer('export', '--in', bare, '--dtype', 'q4', '--out', join(root, 'none'));
    expect(missing).toMatchObject({ code: 1, text: expect.stringContaining('no tokenizer.json') });
    const refused = await trainer('export', '--in', model, '--dtype', 'q4', '--out', '/dev/null/none');
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('cannot be written') });
    expect((await readdir(root)).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('says that the disk is full', async () => {
    // Writing to /dev/full fails as a full disk does.
    const { diskFolder } = await import('./files/sink.ts');
    const file = await diskFolder('/dev').create('full');
    await expect(file.write(new Uint8Array(16))).rejects.toMatchObject({
      code: 'quota',
      message: expect.stringContaining('The disk is full'),
    });
    await file.close();
  });
});
