import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../src/error.ts';
import type { Checkpoint } from '../../src/model/checkpoint/checkpoint.ts';
import { EXPORT_DTYPES, EXPORT_FORMATS, type ExportDtype } from '../../src/model/export/dtype.ts';
import { openExported } from '../../src/model/export/read.ts';
import { MANIFEST_NAME, manifestSchema, type ModelManifest } from '../../src/model/manifest.ts';
import { sideFiles } from '../files/open.ts';
import { type FileSource, fileSource } from '../files/source.ts';

export interface ExportedFolder {
  checkpoint: Checkpoint;
  manifest: ModelManifest;
  dtype: ExportDtype;
  /** Path of the `.onnx` file. */
  model: string;
  close(): Promise<void>;
}

/**
 * Opens a folder that the exporter wrote.
 * @throws {LabError} missing-file or bad-file when it is not one.
 */
export async function openExportedFolder(folder: string): Promise<ExportedFolder> {
  const text = await readFile(join(folder, MANIFEST_NAME), 'utf8').catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', what: `There is no ${MANIFEST_NAME}`, where: folder, todo: 'Give a folder that the export command wrote.' });
  });
  const parsed = manifestSchema.extend({ dtype: z.enum(EXPORT_DTYPES) }).safeParse(JSON.parse(text));
  if (!parsed.success) throw new LabError({ code: 'bad-file', what: z.prettifyError(parsed.error), where: join(folder, MANIFEST_NAME), todo: 'Export the model again.' });
  const manifest = parsed.data;
  const model = join(folder, 'onnx', `model${EXPORT_FORMATS[manifest.dtype].suffix}.onnx`);
  const opened: FileSource[] = [];
  const open = async (location: string): Promise<FileSource> => {
    const source = await fileSource(join(folder, 'onnx', location));
    opened.push(source);
    return source;
  };
  const checkpoint = await openExported(manifest.name, await readFile(model), open, await sideFiles(folder));
  return { checkpoint, manifest, dtype: manifest.dtype, model, close: async () => void (await Promise.all(opened.map((source) => source.close()))) };
}
