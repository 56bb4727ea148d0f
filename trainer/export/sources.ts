import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type CardSection, cardPoints, cardRow } from '../../src/core/formats/export/card.ts';
import { metadataString } from '../../src/core/formats/gguf/config.ts';
import { readGgufMetadata } from '../../src/core/formats/gguf/read.ts';
import { DATA_ROW, LICENCE_ROW, MAKING_SECTION, TRAINING_SECTION } from '../../src/core/training/merge/card.ts';
import { ADAPTER_FORMAT, adapterManifestSchema } from '../../src/core/training/merge/manifest.ts';
import { parseDataRow, type Provenance } from '../../src/core/training/merge/provenance.ts';
import { readManifestOf } from '../../src/node/node-manifest.ts';
import { readIfPresent } from '../../src/node/read-file.ts';
import { parseAdapterOption } from '../files/open-model.ts';
import { fileSource } from '../files/source.ts';
import { UNKNOWN_LICENCE } from './job.ts';

/** What an adapter's folder or file states about where it comes from, with the training notes of its card. */
export interface AdapterSource extends Provenance {
  /** How it was trained. */
  training: readonly string[];
  /** How its file was made. */
  making: readonly string[];
}

/** The sources that `--adapter` names. */
export const readSources = (options: readonly string[]): Promise<AdapterSource[]> =>
  Promise.all(options.map(async (option) => readSource((await parseAdapterOption(option)).path)));

/** Reads the manifest and card beside an adapter, or else the metadata of its GGUF file. */
async function readSource(path: string): Promise<AdapterSource> {
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const manifest = await readManifestOf(folder, ADAPTER_FORMAT, adapterManifestSchema, 'Export the adapter again.');
  // The card beside a file describes it only if the manifest lists the file.
  const described = isFolder || manifest?.files.some((file) => file.path === basename(path));
  const name = (described && manifest?.name) || basename(path);
  if (!described) return { name, licence: stated(await ggufLicence(path)), training: [], making: [] };
  const text = (await readIfPresent(join(folder, 'README.md'))) ?? '';
  const row = cardRow(text, DATA_ROW);
  const fromCard = row === undefined ? {} : parseDataRow(row);
  return {
    name,
    licence: stated(manifest?.licence ?? cardRow(text, LICENCE_ROW) ?? frontMatterLicence(text)),
    dataset: stated(manifest?.dataset ?? fromCard.dataset),
    representation: manifest?.representation ?? fromCard.representation,
    training: cardPoints(text, TRAINING_SECTION),
    making: cardPoints(text, MAKING_SECTION),
  };
}

/** The sections of the sources' cards about their training, each point with its source if there are several. */
export function trainingOf(sources: readonly AdapterSource[]): CardSection[] {
  const points = sources.flatMap(({ name, training }) => labelled(sources, name, training));
  return points.length === 0 ? [] : [{ title: TRAINING_SECTION, points }];
}

/** How the files of the sources were made. */
export const makingOf = (sources: readonly AdapterSource[]): string[] =>
  sources.flatMap(({ name, making }) =>
    making.map((point) => (point.startsWith('Source') ? point : `Source ${name}: ${point}`)),
  );

const labelled = (sources: readonly unknown[], name: string, points: readonly string[]): string[] =>
  sources.length === 1 ? [...points] : points.map((point) => `${name}. ${point}`);

const stated = (text: string | undefined): string | undefined =>
  text === undefined || ['', 'not stated', UNKNOWN_LICENCE].includes(text) ? undefined : text;

/** The licence in the front matter of a card that another program wrote. */
const frontMatterLicence = (text: string): string | undefined =>
  /^license:\s*(\S.*?)\s*$/m.exec(/^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '')?.[1];

async function ggufLicence(path: string): Promise<string | undefined> {
  if (!/\.gguf$/i.test(path)) return undefined;
  const source = await fileSource(path);
  try {
    return metadataString(await readGgufMetadata(source), 'general.license');
  } finally {
    await source.close();
  }
}
