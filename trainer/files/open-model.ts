import { basename, join } from 'node:path';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { withTemplate } from '../../src/core/formats/checkpoint/settle.ts';
import { MANIFEST_NAME, type ModelManifest } from '../../src/core/formats/manifest.ts';
import {
  commonTemplate,
  mergedCheckpoint,
  type MergedCheckpoint,
  type WeightedAdapter,
} from '../../src/core/training/merge/index.ts';
import { labAdapterFolder } from '../../src/node/model-choice.ts';
import { exists } from '../../src/node/read-file.ts';
import { openExportedFolder } from '../export/folder.ts';
import { openAdapterPath, type OpenedAdapter } from './open-adapter.ts';
import { openCheckpoint, type OpenedCheckpoint } from './open.ts';
import { readTemplate } from './read-template.ts';
import { runtimeProduct } from '../merge/product.ts';

/**
 * Parses `path` or `path=weight`; if a file or folder with the whole name exists, it is used. A path may also be the
 * name of an adapter that comes with the lab.
 * @throws {LabError} `bad-config` for a weight that is not a number.
 */
export async function parseAdapterOption(option: string): Promise<{ path: string; weight: number }> {
  const whole = await placeOf(option);
  if (whole !== undefined) return { path: whole, weight: 1 };
  const [, path, weight = ''] = /^(.+)=([^=/\\]*)$/.exec(option) ?? [];
  if (path === undefined) return { path: option, weight: 1 };
  if (/^[-+]?[\d.]+(?:e[-+]?\d+)?$/i.test(weight) && Number.isFinite(Number(weight)))
    return { path: (await placeOf(path)) ?? path, weight: Number(weight) };
  throw new LabError({
    code: 'bad-config',
    what: `--adapter ${option} has the weight ${weight}, which is not a number.`,
    todo: 'Write --adapter path=0.5.',
  });
}

/** The path of an adapter: the given one if it exists, or that of the lab's adapter of this name. */
const placeOf = async (given: string): Promise<string | undefined> =>
  (await exists(given)) ? given : labAdapterFolder(given);

export interface ModelChoice {
  /** A GGUF file, a safetensors folder, or a folder that the exporter wrote. */
  path: string;
  /** Adapters to merge, `path` or `path=weight`. */
  adapters?: readonly string[] | undefined;
  /** A file with the chat template to use instead of those of the model and the adapters. */
  template?: string | undefined;
  /** Where `path` was given: an option, or a setting of a run. */
  option?: string | undefined;
}

export interface OpenedModel {
  /** The model with its adapters merged in. */
  checkpoint: Checkpoint;
  /** The model alone. */
  base: Checkpoint;
  adapters: readonly (OpenedAdapter & WeightedAdapter)[];
  /** Tensors that adapters change. */
  merged: ReadonlySet<string>;
  /** The weight files, for messages and cards. */
  weightFiles: string[];
  /** The manifest of a model that the exporter wrote. */
  manifest?: ModelManifest | undefined;
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
    const adapters: (OpenedAdapter & WeightedAdapter)[] = [];
    for (const { path: place, weight } of await Promise.all(options.map(parseAdapterOption))) {
      const opened = await openAdapterPath(place);
      closers.push(opened.close);
      adapters.push({ ...opened, weight });
    }
    const text =
      template === undefined
        ? commonTemplate(adapters, 'Choose one with --template <file>.')
        : await readTemplate(template, '--template');
    let checkpoint: Checkpoint = base.checkpoint;
    let merged: MergedCheckpoint['merged'] = new Set();
    if (adapters.length > 0) {
      const product = await runtimeProduct();
      closers.push(product.close);
      checkpoint = mergedCheckpoint(base.checkpoint, adapters, product.add);
      merged = (checkpoint as MergedCheckpoint).merged;
    }
    if (text !== undefined) checkpoint = withTemplate(checkpoint, text);
    return {
      checkpoint,
      base: base.checkpoint,
      adapters,
      merged,
      weightFiles: base.weightFiles,
      manifest: base.manifest,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBase(
  path: string,
  option: string | undefined,
): Promise<OpenedCheckpoint & { manifest?: ModelManifest }> {
  if (!(await exists(join(path, MANIFEST_NAME)))) return openCheckpoint(path, option);
  const { checkpoint, model, manifest, close } = await openExportedFolder(path);
  return { checkpoint, weightFiles: [basename(model)], manifest, close };
}
