import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import type { CardSection } from '../../src/core/formats/export/card.ts';
import { type FolderSink, writeFile } from '../../src/core/formats/export/sink.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import { SAFETENSORS_TYPES, type SafetensorsType } from '../../src/core/formats/safetensors/write.ts';
import type { Adapter } from '../../src/core/training/merge/adapter.ts';
import { adapterCard } from '../../src/core/training/merge/card.ts';
import { compareChanges } from '../../src/core/training/merge/change.ts';
import { combinedAdapter } from '../../src/core/training/merge/combine.ts';
import { ADAPTER_FORMAT, ADAPTER_GGUF, type AdapterManifest } from '../../src/core/training/merge/manifest.ts';
import { cutAdapter } from '../../src/core/training/merge/cut.ts';
import { commonSizes, targetNames } from '../../src/core/training/merge/module-settings.ts';
import {
  combinedDataset,
  combinedLicence,
  commonRepresentation,
  provenanceLine,
} from '../../src/core/training/merge/provenance.ts';
import {
  ADAPTER_TYPES,
  adapterToGguf,
  type AdapterType,
  storedAdapterType,
} from '../../src/core/training/merge/to-gguf.ts';
import { adapterToPeft } from '../../src/core/training/merge/to-peft.ts';
import { formatMegabytes } from '../../src/core/units.ts';
import { choose } from '../../src/node/command-options.ts';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { openAdapterPath } from '../files/open-adapter.ts';
import { openModel, type OpenedModel } from '../files/open-model.ts';
import type { OutputFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { trainingData } from './facts.ts';
import { UNKNOWN_LICENCE } from './job.ts';
import { computedValues } from './known-values.ts';
import { type AdapterSource, makingOf, readSources, trainingOf } from './sources.ts';

/** Formats of an adapter, with the types that its matrices may have. */
export const ADAPTER_FORMATS = { 'gguf-lora': ADAPTER_TYPES, peft: SAFETENSORS_TYPES } as const;
export type AdapterFormat = keyof typeof ADAPTER_FORMATS;

/** Options of the export command that apply to an adapter. */
export interface AdapterOptions {
  in: string;
  adapter: readonly string[];
  format: AdapterFormat;
  dtype: string;
  template?: string | undefined;
  name?: string | undefined;
  summary?: string | undefined;
  /** The rank to cut it to; by default it keeps its own. */
  rank?: number | undefined;
  licence?: string | undefined;
  run: readonly string[];
  data?: string | undefined;
  /** Sections of the card about the training. */
  sections: readonly CardSection[];
  check: boolean;
  print: (line: string) => void;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

/** An adapter that is about to be written, and the model that it is for. */
interface Job extends AdapterOptions {
  type: AdapterType | SafetensorsType;
  result: Adapter;
  /** How the result was made, in words. */
  notes: readonly string[];
  name: string;
  baseId: string;
  opened: OpenedModel;
  /** What the given adapters state about where they come from. */
  sources: readonly AdapterSource[];
}

/**
 * Largest share of a change's norm that the rounding of each type explains, with room for factors whose products nearly
 * cancel: more means a bug, or values outside the type's range.
 */
const LIMITS: Record<AdapterType | SafetensorsType, number> = { F32: 1e-5, F16: 0.01, BF16: 0.05, Q8_0: 0.1 };

/**
 * Atomically writes an adapter, or several as one, in another format, and compares its change with that of its source.
 * @throws {LabError} `bad-config` without an adapter or for one that does not fit the model.
 */
export async function exportAdapterFolder(out: OutputFolder, options: AdapterOptions): Promise<void> {
  const { format, print } = options;
  const type = choose<AdapterType | SafetensorsType>('dtype', options.dtype, ADAPTER_FORMATS[format]);
  if (options.adapter.length === 0) {
    throw new LabError({
      code: 'bad-config',
      where: '--adapter',
      what: `The format ${format} is that of an adapter, and none is given.`,
      todo: 'Name one with --adapter; --in is the model that it was trained on.',
    });
  }
  const opened = await openModel({ path: options.in, adapters: options.adapter, template: options.template });
  try {
    const name = options.name ?? basename(resolve(out.path));
    const { result, notes } = await madeOf(name, opened, options);
    // Its manifest names it; otherwise its folder or file does.
    const baseId = opened.manifest?.name ?? basename(resolve(options.in));
    const sources = await readSources(options.adapter);
    const licence = options.licence ?? combinedLicence(sources);
    const job = { ...options, licence, type, result, notes, name, baseId, opened, sources };
    await out.write((temporary) => (format === 'peft' ? writePeft(job, temporary) : writeGgufFolder(job, temporary)));
    print(`Written to ${out.path}`);
  } finally {
    await opened.close();
  }
}

async function writePeft(job: Job, temporary: string): Promise<void> {
  const { result, type, opened, baseId, onProgress, signal } = job;
  await adapterToPeft(result, diskFolder(temporary), {
    base: opened.base,
    baseName: baseId,
    type: type as SafetensorsType,
    template: chatTemplate(opened.checkpoint.files),
    onProgress,
    signal,
  });
  const notes = [...job.notes, ...(await verified(job, temporary))];
  await describe(job, diskFolder(temporary), { template: undefined, notes, selfTest: undefined });
}

async function writeGgufFolder(job: Job, temporary: string): Promise<void> {
  const { result, type, name, baseId, opened, licence, onProgress, signal } = job;
  const folder = diskFolder(temporary);
  const own = chatTemplate(opened.checkpoint.files);
  const template = own === chatTemplate(opened.base.files) ? undefined : own;
  const file = await folder.create(ADAPTER_GGUF);
  await adapterToGguf(result, file, {
    config: opened.base.config,
    type: type as AdapterType,
    name,
    base: baseId,
    licence,
    template,
    onProgress,
    signal,
  });
  const written = await file.close();
  job.print(`${ADAPTER_GGUF}: ${formatMegabytes(written.bytes)}`);
  const notes = [...job.notes, ...typeNotes(job), ...(await verified(job, temporary))];
  const selfTest = await computedWith(job.in, opened, temporary, signal);
  await describe(job, folder, { template, notes, file: written, selfTest });
}

/** What is known of an adapter once its file is written. */
interface Written {
  template: string | undefined;
  notes: string[];
  /** Undefined for PEFT's folder, which has a card but no manifest: PEFT itself may save into it again. */
  file?: AdapterManifest['files'][number];
  selfTest: AdapterManifest['selfTest'];
}

/** Writes README and manifest. What the options do not say is taken over from the given adapters. */
async function describe(
  { opened, result, name, baseId, type, summary, licence = UNKNOWN_LICENCE, run, data, in: input, ...job }: Job,
  folder: FolderSink,
  { template, notes, file, selfTest }: Written,
): Promise<void> {
  const { rank, alpha } = commonSizes(result.modules);
  const { sources } = job;
  const trained = await trainingData(run);
  const representation = run.length > 0 ? trained.representation : commonRepresentation(sources);
  const sections = run.length > 0 ? job.sections : trainingOf(sources);
  const manifest: AdapterManifest = {
    format: ADAPTER_FORMAT,
    version: 1,
    name,
    summary: summary ?? `Changes the replies of ${baseId}.`,
    base: { id: baseId, weights: file ? await baseWeights(input, opened) : [] },
    rank,
    alpha,
    scaling: alpha / rank,
    targets: targetNames(result.modules),
    ...(representation && { representation }),
    dataset: data ?? trained.files ?? combinedDataset(sources) ?? 'not stated',
    dtype: type,
    licence,
    ...(selfTest && { selfTest }),
    ...(template !== undefined && { chatTemplate: template }),
    files: file ? [file] : [],
  };
  const told = sources.filter((source) => source.licence ?? source.dataset ?? source.representation);
  const made = [...told.map(provenanceLine), ...makingOf(sources), ...notes];
  const card = adapterCard(manifest, made, sections, file ? 'gguf' : 'peft');
  manifest.files.push(await writeFile(folder, 'README.md', card));
  if (!file) return;
  manifest.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFile(folder, MANIFEST_NAME, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What the base computes with the written adapter; undefined where the base has other weights than the page's. */
async function computedWith(input: string, { manifest }: OpenedModel, temporary: string, signal: AbortSignal) {
  if (!manifest) return undefined;
  const { checkpoint, close } = await openModel({ path: input, adapters: [temporary] });
  try {
    return await computedValues(checkpoint, signal);
  } finally {
    await close();
  }
}

/** The adapter to write: the given ones together, cut to a rank. */
async function madeOf(
  name: string,
  { adapters, base }: OpenedModel,
  { rank, print }: AdapterOptions,
): Promise<{ result: Adapter; notes: string[] }> {
  const whole = combinedAdapter(name, adapters);
  const notes: string[] = [];
  if (adapters.length > 1 || adapters.some(({ weight }) => weight !== 1)) {
    const parts = adapters.map(({ adapter, weight }) => `${weight} × ${adapter.name}`);
    notes.push(`Its change is the weighted sum of those of ${parts.join(' + ')}.`);
  }
  if (rank === undefined) return { result: whole, notes };
  const largest = Math.max(...[...whole.modules.values()].map((module) => module.rank));
  if (rank >= largest) {
    throw new LabError({
      code: 'bad-config',
      where: '--rank',
      what: `${whole.name} has the rank ${largest}, so there is nothing to cut to ${rank}.`,
      todo: `Give a rank below ${largest}, or leave --rank out.`,
    });
  }
  const result = cutAdapter(whole, rank);
  const { share, worst } = await compareChanges(whole, result, base.config.headDim);
  notes.push(
    `It was cut from rank ${commonSizes(whole.modules).rank} to ${rank} by singular values, which loses ` +
      `${percent(share)} of the norm of its change, at most ${percent(worst.share)} in a module ` +
      `(${worst.module || 'none'}).`,
  );
  for (const note of notes) print(note);
  return { result, notes };
}

function typeNotes({ result, type }: Job): string[] {
  const columns = [...result.modules.values()].flatMap(({ a, b }) => [a.shape[1] ?? 1, b.shape[1] ?? 1]);
  const other = columns.filter((count) => storedAdapterType(type as AdapterType, count) !== type).length;
  return other === 0
    ? []
    : [`${other} of ${columns.length} matrices are F32, because blocks of ${type} do not divide their rows.`];
}

/**
 * Reads the copy back and compares its change of the model with that of its source.
 * @returns the result in words, none without a check.
 * @throws {LabError} `bad-file` when they differ by more than the type explains.
 */
async function verified({ check, result, type, opened, print }: Job, temporary: string): Promise<string[]> {
  if (!check) return [];
  const copy = await openAdapterPath(temporary);
  try {
    const { share, worst } = await compareChanges(result, copy.adapter, opened.base.config.headDim);
    const line =
      `Stored as ${type}, its change of the model differs from the source by ${percent(share)} of its norm, at most ` +
      `by ${percent(worst.share)} in a module (${worst.module || 'none'}).`;
    print(line);
    if (share <= LIMITS[type]) return [line];
    throw new LabError({
      code: 'bad-file',
      what: `The copy differs from its source by ${percent(share)} of its norm, more than ${type} explains.`,
      where: copy.adapter.name,
      todo: 'Use --dtype F32: its values may be too small or too large for the type. The copy was not kept.',
    });
  } finally {
    await copy.close();
  }
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** The weight files of the base with their hashes, from its manifest if it has one. */
async function baseWeights(
  path: string,
  { manifest, weightFiles }: OpenedModel,
): Promise<AdapterManifest['base']['weights']> {
  if (manifest) return manifest.files.filter((file) => file.path.startsWith('onnx/'));
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  return Promise.all(
    weightFiles.map(async (name) => {
      const full = join(folder, name);
      return { path: name, bytes: (await stat(full)).size, sha256: await sha256Of(full) };
    }),
  );
}
