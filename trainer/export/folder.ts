import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../src/core/error.ts';
import { isAdapterManifest } from '../../src/node/adapter-manifest.ts';
import { checkFiles } from '../../src/node/node-manifest.ts';
import { isMissing, unreadable } from '../../src/node/read-file.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { parseJson } from '../../src/core/json.ts';
import { EXPORT_DTYPES, EXPORT_FORMATS, type ExportDtype } from '../../src/core/formats/export/dtype.ts';
import { openExported } from '../../src/core/formats/export/read.ts';
import { MANIFEST_NAME, manifestSchema, type ModelManifest } from '../../src/core/formats/manifest.ts';
import { sideFiles } from '../files/open.ts';
import { type FileSource, fileSource } from '../files/source.ts';

export interface ExportedFolder {
  checkpoint: Checkpoint;
  manifest: ModelManifest;
  dtype: ExportDtype;
  /** Path of the `.onnx` file. */
  model: string;
  close: () => Promise<void>;
}

/**
 * Opens a folder that the exporter wrote.
 * @throws {LabError} `missing-file` or `bad-file` when it is not one, `hash-mismatch` when a file has changed.
 */
export async function openExportedFolder(folder: string): Promise<ExportedFolder> {
  const text = await readFile(join(folder, MANIFEST_NAME), 'utf8').catch((error: unknown) => {
    const what = isMissing(error) ? `${MANIFEST_NAME} is missing` : `${MANIFEST_NAME} cannot be read`;
    throw unreadable(error, folder, { what, todo: 'Use a folder that the export command wrote.' });
  });
  const json = parseJson(text, join(folder, MANIFEST_NAME));
  if (isAdapterManifest(json)) {
    throw new LabError({
      code: 'bad-config',
      what: 'It is an adapter, not a model.',
      where: folder,
      todo: 'Name it with --adapter, and here the model that it was trained on.',
    });
  }
  const parsed = manifestSchema.extend({ dtype: z.enum(EXPORT_DTYPES) }).safeParse(json);
  if (!parsed.success)
    throw new LabError({
      code: 'bad-file',
      what: z.prettifyError(parsed.error),
      where: join(folder, MANIFEST_NAME),
      todo: 'Export the model again.',
    });
  const manifest = parsed.data;
  await checkFiles(folder, manifest.files);
  const listed = new Set(manifest.files.map(({ path }) => path));
  const place = (path: string): string => {
    if (listed.has(path)) return join(folder, path);
    throw new LabError({
      code: 'bad-file',
      where: join(folder, MANIFEST_NAME),
      what: `It does not list ${path}, which the model needs.`,
      todo: 'Export the model again.',
    });
  };
  const model = place(`onnx/model${EXPORT_FORMATS[manifest.dtype].suffix}.onnx`);
  const opened: FileSource[] = [];
  const open = async (location: string): Promise<FileSource> => {
    const source = await fileSource(place(`onnx/${location}`));
    opened.push(source);
    return source;
  };
  const close = async (): Promise<void> => void (await Promise.all(opened.map((source) => source.close())));
  const checkpoint = await openExported(manifest.name, await readFile(model), open, await sideFiles(folder));
  return { checkpoint, manifest, dtype: manifest.dtype, model, close };
}
