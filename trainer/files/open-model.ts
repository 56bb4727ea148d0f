import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { withTemplate } from '../../src/core/formats/checkpoint/settle.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { MANIFEST_NAME } from '../../src/core/formats/manifest.ts';
import {
  mergedCheckpoint,
  openAdapter,
  type Adapter,
  type MergedCheckpoint,
  type WeightedAdapter,
} from '../../src/core/training/merge/index.ts';
import { openExportedFolder } from '../export/folder.ts';
import { openCheckpoint, sideFiles } from './open.ts';
import { readTemplate } from './read-template.ts';
import { exists } from './sink.ts';
import { fileSource } from './source.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../train/checkpoint.ts';
import { runtimeProduct } from '../merge/product.ts';

export interface OpenedAdapter {
  adapter: Adapter;
  /** The chat template that it was trained with, from its own file or its tokenizer's settings. */
  template: string | undefined;
  close: () => Promise<void>;
}

/**
 * Opens an adapter folder in PEFT's format.
 * @throws {LabError} `missing-file` when a file is missing, and what `openAdapter` says about its contents.
 */
export async function openAdapterFolder(folder: string): Promise<OpenedAdapter> {
  const settings = await readFile(join(folder, ADAPTER_CONFIG), 'utf8').catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'missing-file',
      where: folder,
      what: `${ADAPTER_CONFIG} is missing`,
      todo: 'Use the folder of a PEFT adapter, e.g. best/ of a run.',
    });
  });
  const source = await fileSource(join(folder, ADAPTER_FILE));
  try {
    const adapter = await openAdapter(basename(resolve(folder)), settings, source);
    const template = chatTemplate(await sideFiles(folder));
    return { adapter, template, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Parses `folder` or `folder=weight`; if a folder with the whole name exists, it is used. */
export async function parseAdapterOption(option: string): Promise<{ folder: string; weight: number }> {
  const [, folder, weight] = /^(.+)=([-+]?[\d.]+(?:e[-+]?\d+)?)$/i.exec(option) ?? [];
  if (folder === undefined || (await exists(option))) return { folder: option, weight: 1 };
  if (Number.isFinite(Number(weight))) return { folder, weight: Number(weight) };
  throw new LabError({
    code: 'bad-config',
    what: `--adapter ${option} has the weight ${weight}.`,
    todo: 'Write --adapter folder=0.5.',
  });
}

export interface ModelChoice {
  /** A GGUF file, a safetensors folder, or a folder that the exporter wrote. */
  path: string;
  /** Adapters to merge, `folder` or `folder=weight`. */
  adapters?: readonly string[] | undefined;
  /** A file with the chat template to use instead of those of the model and the adapters. */
  template?: string | undefined;
  /** Where `path` was given: an option, or a setting of a run. */
  option?: string | undefined;
}

export interface OpenedModel {
  checkpoint: Checkpoint;
  adapters: readonly OpenedAdapter[];
  /** Tensors that adapters change. */
  merged: ReadonlySet<string>;
  /** The weight files, for messages and cards. */
  weightFiles: string[];
  close: () => Promise<void>;
}

/**
 * Opens a model and merges its adapters as it is read. Its chat template is the one that the adapters were trained
 * with.
 * @throws {LabError} `bad-config` when the adapters were trained with different templates and none is given.
 */
export async function openModel({ path, adapters: options = [], template, option }: ModelChoice): Promise<OpenedModel> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => void (await Promise.all(closers.map((one) => one())));
  try {
    const base = await openBase(path, option);
    closers.push(base.close);
    const adapters: OpenedAdapter[] = [];
    const weighted: WeightedAdapter[] = [];
    for (const { folder, weight } of await Promise.all(options.map(parseAdapterOption))) {
      const opened = await openAdapterFolder(folder);
      closers.push(opened.close);
      adapters.push(opened);
      weighted.push({ adapter: opened.adapter, weight });
    }
    const text = template === undefined ? commonTemplate(adapters) : await readTemplate(template, '--template');
    let checkpoint: Checkpoint = base.checkpoint;
    let merged: MergedCheckpoint['merged'] = new Set();
    if (weighted.length > 0) {
      const product = await runtimeProduct();
      closers.push(product.close);
      checkpoint = mergedCheckpoint(base.checkpoint, weighted, product.add);
      merged = (checkpoint as MergedCheckpoint).merged;
    }
    if (text !== undefined) checkpoint = withTemplate(checkpoint, text);
    return { checkpoint, adapters, merged, weightFiles: base.weightFiles, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBase(
  path: string,
  option: string | undefined,
): Promise<{ checkpoint: Checkpoint; weightFiles: string[]; close: () => Promise<void> }> {
  if (!(await exists(join(path, MANIFEST_NAME)))) return openCheckpoint(path, option);
  const { checkpoint, model, close } = await openExportedFolder(path);
  return { checkpoint, weightFiles: [basename(model)], close };
}

function commonTemplate(adapters: readonly OpenedAdapter[]): string | undefined {
  const templates = new Set(adapters.flatMap(({ template }) => template ?? []));
  if (templates.size <= 1) return [...templates][0];
  const names = adapters
    .filter(({ template }) => template !== undefined)
    .map(({ adapter }) => adapter.name)
    .join(', ');
  throw new LabError({
    code: 'bad-config',
    what: `The adapters ${names} were trained with different chat templates.`,
    todo: 'Choose one with --template <file>.',
  });
}
