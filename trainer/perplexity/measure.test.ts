import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useTinyRuns } from '../../tests/harness/tiny-runs.ts';
import { perplexityCells, type PerplexityCell } from '../../src/core/table/perplexity-table.ts';
import { CHATML_TEMPLATE } from '../../src/core/context/chatml.ts';
import { exportCommand } from '../commands/export.ts';
import { openModel } from '../files/open-model.ts';
import { modelLoss } from '../train/perplexity.ts';
import { prepareData } from '../train/prepare.ts';
import { measurePerplexities } from './measure.ts';
import { readPerplexityPlan } from './plan.ts';

const { path, config, run } = useTinyRuns();
const { signal } = new AbortController();

async function planFile(name: string, change: object = {}): Promise<string> {
  await writeFile(path('chatml.jinja'), CHATML_TEMPLATE);
  const plan = {
    base: path('model'),
    template: path('chatml.jinja'),
    representations: ['raw', 'nostopwords'],
    datasets: { held: { format: 'esconv', files: [path('data.jsonl')], part: 'test' } },
    models: { base: [], tuned: [path('tuned/best')] },
    ...change,
  };
  await writeFile(path(name), JSON.stringify(plan));
  return path(name);
}

describe('measurePerplexities', () => {
  it('gives the loss of each dialogue under each model and representation, and resumes', async () => {
    await run(config('tuned', { maxSteps: 8, evalEvery: 4 }));
    const plan = await readPerplexityPlan(await planFile('plan.yaml'));
    const rows = await measurePerplexities(plan, path('sums.jsonl'), { signal });
    expect(perplexityCells(rows).map((cell) => [cell.model, cell.representation, cell.dialogues])).toEqual([
      ['base', 'raw', 4],
      ['tuned', 'raw', 4],
      ['base', 'nostopwords', 4],
      ['tuned', 'nostopwords', 4],
    ]);

    const { checkpoint, close } = await openModel({ path: path('model'), adapters: [path('tuned/best')] });
    const settings = config('', {}, { template: path('chatml.jinja') });
    const { sequences } = (await prepareData(checkpoint, settings)).eval;
    const { loss, labels } = await modelLoss(checkpoint, sequences, { device: 'cpu' });
    await close();
    const tuned = rows.filter(({ model, representation }) => model === 'tuned' && representation === 'raw');
    expect(tuned.reduce((total, { tokens }) => total + tokens, 0)).toBe(labels);
    expect(tuned.reduce((total, { sum }) => total + sum, 0) / labels).toBeCloseTo(loss, 6);

    // Killed in the middle of a line.
    const text = await readFile(path('sums.jsonl'), 'utf8');
    await writeFile(path('sums.jsonl'), text.split('\n').slice(0, 9).join('\n').slice(0, -20));
    const counts: [string, number][] = [];
    const resumed = await measurePerplexities(plan, path('sums.jsonl'), {
      onModel: (...count) => void counts.push(count),
      signal,
    });
    expect(resumed).toEqual(rows);
    expect(counts).toEqual([
      ['base', 1],
      ['tuned', 8],
    ]);
    const again = await measurePerplexities(plan, path('sums.jsonl'), {
      onModel: (...count) => void counts.push(count),
      signal,
    });
    expect(again).toEqual(rows);
    expect(counts.slice(2)).toEqual([
      ['base', 0],
      ['tuned', 0],
    ]);
  });

  it('refuses a file of sums whose data have changed since', async () => {
    const plan = await readPerplexityPlan(await planFile('other.yaml', { models: { base: [] } }));
    await measurePerplexities(plan, path('changed.jsonl'), { signal });
    const data = await readFile(path('data.jsonl'), 'utf8');
    await writeFile(path('data.jsonl'), data.replace('hello', 'goodbye'));
    await expect(measurePerplexities(plan, path('changed.jsonl'), { signal })).rejects.toThrow(
      /measured with another dataset held/,
    );
    await writeFile(path('data.jsonl'), data);
    await writeFile(path('foreign.jsonl'), 'a file of mine\n');
    await expect(measurePerplexities(plan, path('foreign.jsonl'), { signal })).rejects.toThrow(
      /no file of perplexities/,
    );
    expect(await readFile(path('foreign.jsonl'), 'utf8')).toBe('a file of mine\n');
  });

  it('merges an adapter with its weight, and measures again when the weight has changed', async () => {
    const tuned = path('tuned/best');
    const models = { base: [], none: [`${tuned}=0`], half: [`${tuned}=0.5`], whole: [tuned] };
    const plan = await readPerplexityPlan(await planFile('weights.yaml', { representations: ['raw'], models }));
    const rows = await measurePerplexities(plan, path('weights.jsonl'), { threads: 1, signal });
    const [base, none, half, whole] = perplexityCells(rows).map(({ perplexity }) => perplexity.value);
    expect(none).toBe(base);
    expect(new Set([base, half, whole]).size).toBe(3);

    const changed = { representations: ['raw'], models: { ...models, half: [`${tuned}=0.6`] } };
    const other = await readPerplexityPlan(await planFile('changed.yaml', changed));
    await expect(measurePerplexities(other, path('weights.jsonl'), { signal })).rejects.toThrow(/another model half/);
  });

  it('measures other bases and their form for WebGPU, and more dialogues of the same data later', async () => {
    const about = { dtype: 'q4', name: 'exported', licence: 'none' };
    const flags = { in: path('model'), format: 'onnx', ...about, out: path('exported') };
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    await exportCommand.run(given, () => undefined, signal);
    const models = {
      base: [],
      exported: { base: path('exported'), than: 'base' },
      'on WebGPU': { base: path('exported'), form: 'webgpu', than: 'exported' },
    };
    const held = { format: 'esconv', files: [path('data.jsonl')], part: 'test', limit: 2 };
    const plans = await Promise.all(
      [{ datasets: { held } }, {}].map(async (change, i) =>
        readPerplexityPlan(await planFile(`forms-${i}.yaml`, { representations: ['raw'], models, ...change })),
      ),
    );
    const counts: number[] = [];
    const tables: PerplexityCell[][] = [];
    for (const plan of plans) {
      const options = { onModel: (_: string, left: number) => void counts.push(left), signal };
      tables.push(perplexityCells(await measurePerplexities(plan, path('forms.jsonl'), options)));
    }
    expect(counts).toEqual([2, 2, 2, 2, 2, 2]);
    for (const cells of tables) expect(new Set(cells.map(({ perplexity }) => perplexity.value)).size).toBe(3);
  });

  it('says what is wrong with a plan', async () => {
    await expect(readPerplexityPlan(await planFile('bad.yaml', { representations: ['rawest'] }))).rejects.toThrow(
      /representations/,
    );
    await expect(readPerplexityPlan(path('none.yaml'))).rejects.toThrow(/cannot be read/);
  });
});
