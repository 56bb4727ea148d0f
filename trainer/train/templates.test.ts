import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { IM_TEMPLATES } from '../../src/core/engine/testing/chat-templates.ts';
import { writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { prepareCommand } from '../commands/prepare.ts';
import { perplexityCommand } from '../commands/perplexity.ts';
import { trainCommand } from '../commands/train.ts';
import { openCheckpoint } from '../files/open.ts';
import { PRESETS } from './load-config.ts';
import { type RunConfig, parseRunConfig } from './config.ts';
import { prepareData } from './prepare.ts';
import { withRunDate } from './run-date.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'solace-templates-'));
  await writeTinyModel(join(root, 'model'));
  for (const [name, text] of Object.entries(IM_TEMPLATES)) await writeFile(join(root, `${name}.jinja`), text);
  const orders = ['sys usr sys usr sys', 'usr usr sys sys usr sys', 'usr sys usr sys', 'sys sys usr sys'];
  const dialogue = (order: string, n: number): object => ({
    problem_type: n % 2 ? 'job crisis' : 'breakup',
    dialog: order.split(' ').map((speaker, i) => ({ speaker, text: `words ${n} ${i}${i === 2 ? ' on my job' : ''}` })),
  });
  await writeFile(
    join(root, 'data.jsonl'),
    [...orders, ...orders].map((order, n) => JSON.stringify(dialogue(order, n))).join('\n'),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(() => void vi.useRealTimers());

const config = (template: keyof typeof IM_TEMPLATES, out = 'run', more: Record<string, unknown> = {}): RunConfig =>
  parseRunConfig(
    {
      model: join(root, 'model'),
      out: join(root, out),
      data: { train: join(root, 'data.jsonl'), evalShare: 0.5, template: join(root, `${template}.jinja`), ...more },
    },
    'test',
  );

async function prepared(settings: RunConfig) {
  const { checkpoint, close } = await openCheckpoint(settings.model);
  return prepareData(checkpoint, settings).finally(close);
}

async function command(which: typeof trainCommand, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  await which.run(args, (line) => void lines.push(line), new AbortController().signal);
  return lines.join('\n');
}

const settings = (more: Record<string, unknown> = {}): string[] => {
  const all = {
    model: join(root, 'model'),
    'data.train': join(root, 'data.jsonl'),
    'data.template': join(root, 'strict.jinja'),
    ...more,
  };
  return Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
};

describe('a template that requires user and assistant to alternate', () => {
  it('accepts dialogues that the supporter opens or that repeat a speaker, and counts them', async () => {
    const { train, eval: held } = await prepared(config('strict'));
    expect(train.counts.sequences + held.counts.sequences).toBe(8);
    expect(train.counts.openings + held.counts.openings).toBe(4);
    const text = await command(prepareCommand, ...settings({ out: join(root, 'unused'), 'data.evalShare': 0 }));
    expect(text).toContain('the supporter opens 4');
  });

  it('trains and evaluates', async () => {
    const small = {
      out: join(root, 'strict-run'),
      'data.evalShare': 0.5,
      'lora.rank': 2,
      'train.epochs': 1,
      'train.threads': 1,
      'data.system': 'Be kind.',
    };
    expect(await command(trainCommand, ...settings(small))).toContain('Finished after');
    expect(await command(perplexityCommand, ...settings(small))).toMatch(/perplexity \d/);
  });

  it.each(PRESETS.filter((name) => name.startsWith('paper')))('starts under the preset %s', async (preset) => {
    const text = await command(trainCommand, '--preset', preset, '--dry-run', ...settings({ out: join(root, preset) }));
    expect(text).toContain('train.py');
    expect(text).toMatch(/the supporter opens \d/);
  });
});

describe('an error of a template', () => {
  it('states the dialogue and the template', async () => {
    await expect(prepared(config('picky'))).rejects.toThrow(/(line|dialogue) \d+, with .*picky\.jinja: .*no jobs/);
  });

  it('says which template to use if earlier turns change', async () => {
    await expect(prepared(config('forgetful'))).rejects.toThrow(
      /forgetful\.jinja: .*earlier turns differently.*chatml\.jinja/,
    );
  });
});

describe('a base model whose end token is not that of the template', () => {
  it('learns the end of the turn, with a note', async () => {
    const folder = join(root, 'base-model');
    await writeTinyModel(folder, { eos_token_id: 256 });
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '<|im_start|>' }));
    const data = await prepared({ ...config('dated'), model: folder });
    expect(data.notes.join()).toContain('<|im_end|> (257)');
    const [sequence] = data.train.sequences;
    expect(sequence?.ids[sequence.labelled.lastIndexOf(1)]).toBe(257);
  });
});

describe('the date of a run', () => {
  it('is that of its start, even when it is resumed on another day', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 31, 23, 59) });
    const args = settings({
      out: join(root, 'dated'),
      'data.template': join(root, 'dated.jinja'),
      'lora.rank': 2,
      'train.epochs': 1,
      'train.threads': 1,
      'train.maxSteps': 2,
      'data.evalShare': 0,
    });
    await command(trainCommand, ...args);
    const saved = parseYaml(await readFile(join(root, 'dated/config.yaml'), 'utf8')) as { data: { date: string } };
    expect(saved.data.date).toBe('2026-01-31T23:59:00');
    vi.setSystemTime(new Date(2026, 1, 2, 8, 0));
    expect(await command(trainCommand, ...args, '--resume')).toContain('Finished after 2 updates');
  });

  it('is the one that a template prints', async () => {
    const first = (await prepared(config('dated', 'x', { date: '2026-01-31T12:00:00' }))).train.sequences[0]?.ids;
    const same = (await prepared(config('dated', 'x', { date: '2026-01-31T23:00:00' }))).train.sequences[0]?.ids;
    const other = (await prepared(config('dated', 'x', { date: '2026-02-01T00:00:00' }))).train.sequences[0]?.ids;
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    expect(
      (await withRunDate(config('dated', 'none'), { resume: false }, new Date(2026, 4, 6, 7, 8, 9))).data.date,
    ).toBe('2026-05-06T07:08:09');
  });
});
