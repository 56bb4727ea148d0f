import { beforeAll, describe, expect, it } from 'vitest';
import { useTinyRuns } from '../../tests/harness/tiny-runs.ts';
import { trainingData, trainingSection } from './facts.ts';

const { config, path, run, losses } = useTinyRuns();

describe('what a model card says about its training', () => {
  beforeAll(async () => {
    await run(config('raw', { maxSteps: 3 }));
    await run(config('keypos', { maxSteps: 2 }, { representation: 'keypos' }));
  });

  it('states data, settings, progress and losses of a run', async () => {
    const { title, points } = await trainingSection({ runs: [path('raw')] });
    expect(title).toBe('What it was trained on');
    expect(points[0]).toBe('Data: data.jsonl; utterances as raw.');
    expect(points[1]).toMatch(/^Fine-tuned with LoRA: rank 4, alpha 8, dropout 0.2, on q_proj, /);
    expect(points[2]).toMatch(/^[\d.]+ of 2 epochs, 3 updates, learning rate 0.01, /);
    expect(points[3]).toContain(`${losses('raw')[0]?.toFixed(3)} over the first 1 updates`);
    expect(points[4]).toMatch(/^Evaluation loss: (\d+\.\d{4}) \(epoch .*; the weights are those of \1\.$/);
  });

  it('numbers the runs whose adapters were merged, and takes the description that is given', async () => {
    const { points } = await trainingSection({ runs: [path('raw'), path('keypos')], data: 'Made up, CC BY 4.0' });
    expect(points[0]).toBe('Run 1. Data: Made up, CC BY 4.0; utterances as raw.');
    expect(points).toContain('Run 2. Data: Made up, CC BY 4.0; utterances as keypos.');
  });

  it('names a representation only if all runs agree', async () => {
    expect(await trainingData([path('keypos')])).toEqual({ representation: 'keypos', files: 'data.jsonl' });
    expect(await trainingData([path('raw'), path('keypos')])).toEqual({
      representation: undefined,
      files: 'data.jsonl',
    });
    expect(await trainingData([])).toEqual({});
  });

  it('says which folder is not a run', async () => {
    await expect(trainingSection({ runs: [path('model')] })).rejects.toMatchObject({ code: 'missing-file' });
  });
});
