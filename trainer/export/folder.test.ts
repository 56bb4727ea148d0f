import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../src/core/error.ts';
import { sha256Of } from '../../src/node/node-manifest.ts';
import { loadFolderModel } from '../../src/node/folder-model.ts';
import { readTensor } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../src/core/formats/export/export.ts';
import { MANIFEST_NAME, type ModelManifest } from '../../src/core/formats/manifest.ts';
import { SAFETENSORS_INDEX } from '../../src/core/formats/checkpoint/side-files.ts';
import { writeTinyModel } from '../../tests/harness/tiny-model.ts';
import { openCheckpoint } from '../files/open.ts';
import { diskFolder } from '../files/sink.ts';
import { openModel } from '../files/open-model.ts';
import { loadCheckpoint } from '../train/checkpoint.ts';
import { trainingSection } from './facts.ts';
import { openExportedFolder } from './folder.ts';

const [MODEL, DATA] = ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'];

let root = '';
let folder = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'solace-folder-'));
  await writeTinyModel(join(root, 'tiny'));
  const { checkpoint, close } = await openCheckpoint(join(root, 'tiny'));
  await exportOnnx(checkpoint, diskFolder(join(root, 'whole')), {
    dtype: 'q4',
    name: 'tiny',
    source: 'random numbers',
    licence: 'MIT',
  });
  await close();
});
beforeEach(async () => {
  folder = join(await mkdtemp(join(root, 'case-')), 'model');
  await cp(join(root, 'whole'), folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function edit(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(join(folder, path), change(await readFile(join(folder, path))));
}

async function editManifest(change: (manifest: ModelManifest) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST_NAME), 'utf8')) as ModelManifest;
  change(manifest);
  await writeFile(join(folder, MANIFEST_NAME), JSON.stringify(manifest));
}

/** Updates the manifest to match a changed file, as an attacker would. */
async function sign(path: string): Promise<void> {
  const bytes = await readFile(join(folder, path));
  const sha256 = await sha256Of(join(folder, path));
  await editManifest(({ files }) => {
    for (const file of files) if (file.path === path) Object.assign(file, { bytes: bytes.length, sha256 });
  });
}

async function readAll(): Promise<void> {
  const { checkpoint, close } = await openExportedFolder(folder);
  try {
    for (const tensor of checkpoint.tensors.keys()) await readTensor(checkpoint, tensor);
  } finally {
    await close();
  }
}

describe('openExportedFolder', () => {
  it('opens a complete folder, and one whose weights are links', async () => {
    await readAll();
    await rename(join(folder, DATA), join(folder, '../blob'));
    await symlink('../../blob', join(folder, DATA));
    await readAll();
  });

  it.each([MODEL, DATA, 'config.json', 'tokenizer.json', 'README.md'])(
    'notices one flipped byte of %s',
    async (path) => {
      await edit(path, (bytes) => {
        const at = Math.floor(bytes.length / 2);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
      });
      await expect(openExportedFolder(folder)).rejects.toMatchObject({
        code: 'hash-mismatch',
        message: expect.stringContaining(path) as string,
      });
      await expect(loadFolderModel(folder)).rejects.toMatchObject({ code: 'hash-mismatch' });
    },
  );

  it('reports a file that is truncated, and one that is missing', async () => {
    await edit(DATA, (bytes) => bytes.subarray(0, 100));
    await expect(openExportedFolder(folder)).rejects.toThrow(/onnx_data: It has 100 bytes/);
    await rm(join(folder, DATA));
    await expect(openExportedFolder(folder)).rejects.toMatchObject({ code: 'missing-file' });
  });

  // The name of the data file is replaced by one of the same length.
  it.each([
    '../../secret.dat1a',
    '/tmp/secret.dat1ab',
    '..\\..\\secret.dat1a',
    'C:/model.onnx_data',
    './odel_q4.onnx_dat',
  ])('opens nothing outside the folder: %s', async (place) => {
    await writeFile(join(folder, '../secret.dat1a'), await readFile(join(folder, DATA)));
    await edit(MODEL, (bytes) =>
      Buffer.from(bytes.toString('latin1').replaceAll('model_q4.onnx_data', place), 'latin1'),
    );
    await sign(MODEL);
    await expect(readAll()).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringContaining('outside the folder') as string,
    });
  });

  it('opens no data that the manifest does not list', async () => {
    await editManifest((manifest) => void (manifest.files = manifest.files.filter(({ path }) => path !== DATA)));
    await expect(readAll()).rejects.toThrow(`does not list ${DATA}`);
  });

  it.each(['../model/config.json', '/etc/hosts', 'onnx\\model_q4.onnx', ''])(
    'refuses a manifest that lists %j',
    async (path) => {
      await editManifest(({ files }) => void files.push({ path, bytes: 1, sha256: '0'.repeat(64) }));
      await expect(openExportedFolder(folder)).rejects.toThrow(/manifest\.json.*relative path inside the folder/s);
    },
  );
});

describe('invalid JSON', () => {
  const named = async (action: Promise<unknown>, file: string): Promise<void> => {
    const error = await action.then(
      () => expect.fail('it was read'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).message).toContain(file);
  };

  it.each(['{"a', '', 'null', '[]', '"text"', '\u0000'])('is reported with its file: %j', async (text) => {
    await writeFile(join(folder, MANIFEST_NAME), text);
    await named(openExportedFolder(folder), MANIFEST_NAME);
    await named(openModel({ path: folder }), MANIFEST_NAME);
    const run = await mkdtemp(join(root, 'run-'));
    await writeFile(join(run, 'state.json'), text);
    await named(loadCheckpoint(run), 'state.json');
    const source = await mkdtemp(join(root, 'source-'));
    await cp(join(root, 'tiny'), source, { recursive: true });
    await writeFile(join(source, 'chat_template.jinja'), 'x');
    await writeFile(join(source, 'config.json'), text);
    await named(openCheckpoint(source), 'config.json');
  });

  it('is reported for the metrics and settings of a run on a card', async () => {
    await writeFile(join(folder, 'config.yaml'), 'model: a\nout: b\ndata: {train: c}\n');
    await writeFile(join(folder, 'metrics.jsonl'), '{"step": 1, "epoch": 0}\n{"step\n{"step": 2, "epoch": 1}\n');
    await named(trainingSection({ runs: [folder] }), 'metrics.jsonl line 2');
    await writeFile(join(folder, 'config.yaml'), 'a: [');
    await named(trainingSection({ runs: [folder] }), 'config.yaml');
  });
});

describe('a safetensors index', () => {
  const index = (map: Record<string, string>): Promise<void> =>
    writeFile(join(root, 'tiny', SAFETENSORS_INDEX), JSON.stringify({ weight_map: map }));

  it('determines which files are read', async () => {
    await cp(join(root, 'tiny/model.safetensors'), join(root, 'tiny/consolidated.safetensors'));
    await (await openCheckpoint(join(root, 'tiny'))).close();
    await index({ a: 'model.safetensors' });
    const { weightFiles, close } = await openCheckpoint(join(root, 'tiny'));
    expect(weightFiles).toEqual(['model.safetensors']);
    await close();
  });

  it.each(['../whole/model.safetensors', '/etc/passwd', 'a\\b.safetensors'])(
    'must not name a path outside the folder: %s',
    async (path) => {
      await index({ a: path });
      await expect(openCheckpoint(join(root, 'tiny'))).rejects.toThrow(/outside the folder/);
    },
  );
});
