import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Checkpoint } from '../../../src/core/formats/checkpoint/checkpoint.ts';
import { openGguf } from '../../../src/core/formats/gguf/checkpoint.ts';
import { writeTinyModel } from '../../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../../files/open.ts';
import { ownFolder } from '../../files/output.ts';
import { fileSource } from '../../files/source.ts';
import { openExportedFolder } from '../folder.ts';
import { exportGgufFolder } from '../gguf.ts';
import type { ExportJob } from '../job.ts';
import { exportMlcFolder } from '../mlc.ts';
import { exportOnnxFolder } from '../onnx.ts';

let root = '';
let count = 0;

/** Gives the tests of a file a folder for their models and exports, which is deleted after the last one. */
export function useExportFolders(): void {
  beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'solace-export-'))));
  afterAll(() => rm(root, { recursive: true, force: true }));
}

/** The path of a new folder, which does not exist yet. */
export const newFolder = (name: string): string => join(root, `${name}-${count++}`);

type Json = Record<string, unknown>;

/** A tiny model with some settings of its side files changed after it was written. */
export async function model(config: Json = {}, files: Record<string, Json | string> = {}): Promise<string> {
  const folder = newFolder('model');
  const { written, ...changes } = config;
  await writeTinyModel(folder, (written as Json | undefined) ?? changes);
  if (written) await change(folder, 'config.json', changes);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') await writeFile(join(folder, name), content);
    else await change(folder, name, content);
  }
  return folder;
}

async function change(folder: string, name: string, changes: Json): Promise<void> {
  const json = JSON.parse(await readFile(join(folder, name), 'utf8').catch(() => '{}')) as Json;
  await writeFile(join(folder, name), JSON.stringify({ ...json, ...changes }));
}

/** The checkpoint in a folder. */
export async function open(folder: string): Promise<Checkpoint> {
  return (await openCheckpoint(folder)).checkpoint;
}

function job(source: Checkpoint, dtype: string): ExportJob & { lines: string[] } {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return {
    source,
    out: ownFolder(newFolder('out')),
    dtype,
    name: 'tiny',
    licence: 'MIT',
    origin: 'random numbers',
    sections: [],
    eightBits: () => false,
    check: true,
    print: (line) => void lines.push(line),
    onProgress: () => undefined,
    signal,
    lines,
  };
}

/** The model in a GGUF, opened again, with the lines that the export printed. */
export async function asGguf(source: Checkpoint) {
  const made = job(source, 'F16');
  await exportGgufFolder(made);
  const bytes = await fileSource(join(made.out.path, 'tiny.F16.gguf'));
  const copy = await openGguf(bytes);
  return { copy, lines: made.lines, value: (key: string) => copy.header.metadata.get(key)?.value };
}

/** The configuration of the model for MLC, with the lines that the export printed. */
export async function asMlc(
  source: Checkpoint,
): Promise<{ config: Json & { model_config: Json; conv_template: Json }; lines: string[] }> {
  const made = job(source, 'q0f32');
  await exportMlcFolder(source, made.out, {
    dtype: 'q0f32',
    check: true,
    print: made.print,
    onProgress: () => undefined,
  });
  return {
    config: JSON.parse(await readFile(join(made.out.path, 'mlc-chat-config.json'), 'utf8')) as never,
    lines: made.lines,
  };
}

/** The model in an ONNX folder, opened again. */
export async function asOnnx(source: Checkpoint): Promise<Checkpoint> {
  const made = job(source, 'fp32');
  await exportOnnxFolder(made);
  return (await openExportedFolder(made.out.path)).checkpoint;
}
