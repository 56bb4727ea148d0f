import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CardSection } from '../../src/core/formats/export/card.ts';
import { TRAINING_SECTION } from '../../src/core/training/merge/card.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { parseMetrics } from '../../src/core/training/metrics-row.ts';
import { isMissing, unreadable } from '../../src/node/read-file.ts';
import { parseRunConfig, type RunConfig } from '../train/config.ts';
import { readYaml } from '../train/load-config.ts';

export interface TrainingFacts {
  /** Folders of the runs whose adapters are merged, in that order: config.yaml, metrics.jsonl. */
  runs: readonly string[];
  /** A description of the data and its licence; the names of the files by default. */
  data?: string | undefined;
}

/**
 * The facts of runs for a model card: data, settings, losses.
 * @throws {LabError} `missing-file` when a folder is not a run.
 */
export async function trainingSection({ runs, data }: TrainingFacts): Promise<CardSection> {
  const points: string[] = [];
  for (const [i, run] of runs.entries()) {
    const found = await pointsOf(run, data);
    points.push(...(runs.length === 1 ? found : found.map((point) => `Run ${i + 1}. ${point}`)));
  }
  return { title: TRAINING_SECTION, points };
}

/** What the adapters of runs were trained on, as far as they agree. */
export async function trainingData(
  runs: readonly string[],
): Promise<{ representation?: RunConfig['data']['representation'] | undefined; files?: string }> {
  const all = await Promise.all(runs.map(async (run) => (await readRun(run)).config.data));
  const [first, ...others] = all;
  if (!first) return {};
  return {
    representation: others.every((data) => data.representation === first.representation)
      ? first.representation
      : undefined,
    files: [...new Set(all.flatMap((data) => fileNames(data)))].join(', '),
  };
}

const fileNames = ({ train }: RunConfig['data']): string[] => train.map((path) => basename(path));

async function readRun(run: string): Promise<{ config: RunConfig; rows: ReturnType<typeof parseMetrics> }> {
  const read = (name: string): Promise<string> =>
    readFile(join(run, name), 'utf8').catch((error: unknown) => {
      const what = isMissing(error) ? `${name} is missing` : `${name} cannot be read`;
      throw unreadable(error, run, { what, todo: 'Use the folder that train wrote (out).' });
    });
  return {
    config: parseRunConfig(readYaml(await read('config.yaml'), join(run, 'config.yaml')), join(run, 'config.yaml')),
    rows: parseMetrics(await read('metrics.jsonl'), join(run, 'metrics.jsonl')),
  };
}

async function pointsOf(run: string, data: string | undefined): Promise<string[]> {
  const { config, rows } = await readRun(run);
  const { lora, train } = config;
  const last = rows.at(-1);
  const losses = rows.flatMap(({ trainLoss }) => trainLoss ?? []);
  const evaluations = rows.flatMap(({ evalLoss, epoch }) =>
    evalLoss === undefined ? [] : [{ loss: evalLoss, epoch }],
  );
  const [best] = [...evaluations].sort((a, b) => a.loss - b.loss);
  const spread = Math.max(1, Math.round(losses.length / 20));
  const points = [
    `Data: ${data ?? fileNames(config.data).join(', ')}; utterances as ` + `${config.data.representation}.`,
    `Fine-tuned with LoRA: rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}, on ` +
      `${lora.targets.join(', ')}${lora.rankStabilized ? '; scaled by alpha/√rank (rsLoRA)' : ''}.`,
    `${last?.epoch ?? 0} of ${train.epochs} epochs, ${last?.step ?? 0} updates, learning rate ` +
      `${train.learningRate}, schedule ${train.schedule}.`,
  ];
  if (losses.length > 0)
    points.push(
      `Training loss: ${mean(losses.slice(0, spread)).toFixed(3)} over the first ${spread} updates, ` +
        `${mean(losses.slice(-spread)).toFixed(3)} over the last ${spread} (nats per supporter token).`,
    );
  if (best)
    points.push(
      'Evaluation loss: ' +
        `${evaluations.map(({ loss, epoch }) => `${loss.toFixed(4)} (epoch ${epoch})`).join(', ')}; the weights ` +
        `are those of ${best.loss.toFixed(4)}.`,
    );
  return points;
}
