import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RepresentationId } from '../../src/core/compression/representation.ts';
import { at } from '../../src/core/at.ts';
import { LabError } from '../../src/core/error.ts';
import { parseJsonLines } from '../../src/core/json-lines.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import { dialogueLossSchema, type DialogueLoss } from '../../src/core/table/perplexity-table.ts';
import type { Sequence } from '../../src/core/training/sequence.ts';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { exists, readIfPresent } from '../../src/node/read-file.ts';
import { openModel, parseAdapterOption } from '../files/open-model.ts';
import { appendLine, replaceFile } from '../../src/node/write-file.ts';
import { parseRunConfig } from '../train/config.ts';
import { modelLosses } from '../train/perplexity.ts';
import { prepareData } from '../train/prepare.ts';
import { gpuValues } from './gpu-values.ts';
import type { PerplexityPlan, PlannedDataset, PlannedModel } from './plan.ts';

/** What a file of sums was measured with: SHA-256 by path for datasets and adapters. */
const headerSchema = z.object({ protocol: z.literal(1), hashes: z.record(z.string(), z.string()) });

export interface MeasureOptions {
  /** `dialogues` counts those that are not measured yet, over all datasets and representations. */
  onModel?: (model: string, dialogues: number) => void;
  onProgress?: (done: number, total: number) => void;
  /** Default: all cores. */
  threads?: number | undefined;
  signal: AbortSignal;
}

/**
 * Measures every model of the plan on every dataset under every representation, and appends each dialogue's loss to
 * the file `out`. What the file already has is not measured again, so a run that was interrupted resumes.
 * @throws {LabError} `bad-config` when the file belongs to another plan or to other data; `cancelled`.
 */
export async function measurePerplexities(
  plan: PerplexityPlan,
  out: string,
  { onModel, onProgress, threads, signal }: MeasureOptions,
): Promise<DialogueLoss[]> {
  const rows = await openSums(plan, out);
  const measured = new Set(rows.map(keyOf));
  let parts: PlannedPart[] | undefined;
  for (const [model, { base, adapters, form }] of Object.entries(plan.models)) {
    const opened = await openModel({ path: base ?? plan.base, adapters, template: plan.template, option: 'base' });
    const checkpoint = form === 'webgpu' ? gpuValues(opened.checkpoint) : opened.checkpoint;
    try {
      parts ??= await plannedParts(checkpoint, plan, signal);
      const left = parts.flatMap(({ dataset, representation, sequences }) =>
        sequences.flatMap((sequence) => {
          const cell = { model, dataset, representation, dialogue: sequence.id };
          return measured.has(keyOf(cell)) ? [] : { cell, sequence };
        }),
      );
      onModel?.(model, left.length);
      if (left.length === 0) continue;
      const sequences = left.map(({ sequence }) => sequence);
      const options = { device: 'cpu', threads, signal, ...(onProgress && { onProgress }) } as const;
      let next = 0;
      for await (const loss of modelLosses(checkpoint, sequences, options)) {
        const row = { ...at(left, next++).cell, sum: loss.sum, tokens: loss.labels };
        await appendLine(out, row);
        rows.push(row);
      }
    } finally {
      await opened.close();
    }
  }
  return inPlanOrder(rows, plan, parts ?? []);
}

/** A dataset under a representation. */
interface PlannedPart {
  dataset: string;
  representation: RepresentationId;
  sequences: Sequence[];
}

/** All models have one tokenizer and one template, so the sequences are the same for all of them. */
async function plannedParts(
  checkpoint: Parameters<typeof prepareData>[0],
  plan: PerplexityPlan,
  signal: AbortSignal,
): Promise<PlannedPart[]> {
  const parts: PlannedPart[] = [];
  for (const [dataset, source] of Object.entries(plan.datasets))
    for (const representation of plan.representations)
      parts.push({
        dataset,
        representation,
        sequences: await sequencesOf(checkpoint, plan, source, representation, signal),
      });
  return parts;
}

const keyOf = ({ model, dataset, representation, dialogue }: Omit<DialogueLoss, 'sum' | 'tokens'>): string =>
  JSON.stringify([model, dataset, representation, dialogue]);

async function sequencesOf(
  checkpoint: Parameters<typeof prepareData>[0],
  { base, template, maxTokens }: PerplexityPlan,
  { format, files, part, limit }: PlannedDataset,
  representation: RepresentationId,
  signal: AbortSignal,
): Promise<Sequence[]> {
  const data = {
    format,
    train: files,
    ...(part === 'all' && { eval: files }),
    // The training part is not used; one dialogue is enough.
    trainLimit: 1,
    ...(limit !== undefined && { evalLimit: limit }),
    representation,
    template,
    maxTokens,
  };
  const prepared = await prepareData(
    checkpoint,
    parseRunConfig({ model: base, out: '', data }, 'the plan'),
    undefined,
    signal,
  );
  return prepared.eval.sequences;
}

/** Rows that were measured before; writes the header of a new file. */
async function openSums(plan: PerplexityPlan, out: string): Promise<DialogueLoss[]> {
  const header = await headerOf(plan);
  const text = await readIfPresent(out);
  if (text === undefined) {
    await appendLine(out, header);
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const end = whole.indexOf('\n') + 1;
  const [known] = parseJsonLines(whole.slice(0, end), headerSchema, {
    code: 'bad-config',
    where: out,
    what: 'It is no file of perplexities.',
    todo: 'Choose another file with --out.',
  });
  const changed = Object.entries(header.hashes).filter(([name, hash]) => (known?.hashes[name] ?? hash) !== hash);
  if (changed.length > 0)
    throw new LabError({
      code: 'bad-config',
      where: out,
      what: `Its values were measured with another ${changed.map(([name]) => name).join(', ')}.`,
      todo: 'Choose another file with --out, or restore what was measured.',
    });
  // A line that was being written when the process was killed would be joined by the next one.
  if (whole !== text) await replaceFile(out, whole, '--out');
  return parseJsonLines(whole.slice(end), dialogueLossSchema, {
    code: 'bad-data',
    where: out,
    what: 'This line is no loss of a dialogue.',
    todo: 'Restore the file, or choose another one with --out.',
  });
}

async function headerOf(plan: PerplexityPlan): Promise<z.infer<typeof headerSchema>> {
  const hashes: Record<string, string> = {};
  for (const [name, { files, format, part }] of Object.entries(plan.datasets)) {
    // Without the limit: more dialogues do not change the loss of one.
    const settings = { format, part };
    const parts = await Promise.all(files.map(sha256Of));
    hashes[`dataset ${name}`] = textHash(JSON.stringify([parts, settings, plan.maxTokens]));
  }
  for (const [name, model] of Object.entries(plan.models))
    hashes[`model ${name}`] = textHash(JSON.stringify(await modelHashes(model)));
  hashes['template'] = await sha256Of(plan.template);
  return { protocol: 1, hashes };
}

/** What makes a model another one than the plan's base: its adapters, and settings other than the usual ones. */
async function modelHashes({ base, adapters, form }: PlannedModel): Promise<unknown[]> {
  const parts: unknown[] = await Promise.all(adapters.map(adapterHashes));
  if (base !== undefined) parts.push({ base: await sha256Of(await nameOfAll(base)) });
  if (form !== 'stored') parts.push({ form });
  return parts;
}

/** A file that changes with a model: the list of an exported folder's files with their hashes, or the weights. */
async function nameOfAll(path: string): Promise<string> {
  const manifest = join(path, MANIFEST_NAME);
  return (await exists(manifest)) ? manifest : path;
}

/** The hashes of an adapter's files, and the weight that it is merged with, if that is not 1. */
async function adapterHashes(option: string): Promise<(string | number)[]> {
  const { path, weight } = await parseAdapterOption(option);
  const hashes = await Promise.all((await weightFiles(path)).map(sha256Of));
  return weight === 1 ? hashes : [...hashes, weight];
}

/** The files that hold an adapter's weights: itself, or those of its folder. */
async function weightFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return names.filter((name) => /\.(gguf|safetensors)$/i.test(name)).map((name) => join(path, name));
}

const textHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The rows of the plan's cells, each with its dialogues in the dataset's order, so that paired tests pair them. */
function inPlanOrder(
  rows: readonly DialogueLoss[],
  plan: PerplexityPlan,
  parts: readonly PlannedPart[],
): DialogueLoss[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return parts.flatMap(({ dataset, representation, sequences }) =>
    Object.keys(plan.models).flatMap((model) =>
      sequences.flatMap(({ id }) => found.get(keyOf({ model, dataset, representation, dialogue: id })) ?? []),
    ),
  );
}
