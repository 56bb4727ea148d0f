import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL_ID } from '../core/engine/embedded.ts';
import { parsePlan } from '../core/evaluation/plan.ts';
import { ADAPTER_GGUF } from '../core/training/merge/manifest.ts';
import { ADAPTER_CONFIG } from '../core/training/peft-config.ts';
import { modelsCommand } from './commands/models.ts';
import { adapterName, chooseModel, EMBEDDED_FOLDER, modelFolder, modelWeights } from './model-choice.ts';
import { nodeRunParts } from './run-dependencies.ts';

const SIGNAL = new AbortController().signal;
const NAMES = EMBEDDED_ADAPTERS.map(adapterName);

let root = '';
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'lab-model-choice-'))));
afterAll(() => rm(root, { recursive: true }));

async function folderWith(name: string, ...files: string[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const file of files) await writeFile(join(folder, file), '{}');
  return folder;
}

describe('--model', () => {
  it('is by default the model that the page begins with', () => {
    expect(chooseModel()).toEqual(chooseModel(DEFAULT_MODEL_ID));
  });

  it('names the base', async () => {
    const base = chooseModel(EMBEDDED_MODEL_ID);
    expect(base).toEqual({ name: EMBEDDED_MODEL_ID, base: EMBEDDED_FOLDER });
    expect(await modelFolder(base)).toBe(EMBEDDED_FOLDER);
  });

  it('names an adapter, by name or id', () => {
    expect(NAMES.length).toBeGreaterThan(0);
    for (const name of NAMES) {
      const chosen = chooseModel(name);
      expect(chosen).toMatchObject({ name: `${EMBEDDED_MODEL_ID}+${name}`, base: EMBEDDED_FOLDER });
      expect(chosen.adapter).toMatch(new RegExp(`adapters/${name}/$`));
      expect(chooseModel(chosen.name)).toEqual(chosen);
    }
  });

  it('is a folder with a model, or with an adapter over the base in either format', async () => {
    const model = await folderWith('model', 'config.json');
    expect(chooseModel(model)).toEqual({ name: model, base: model });
    for (const file of [ADAPTER_CONFIG, ADAPTER_GGUF]) {
      const adapter = await folderWith(file.replace('.', '-'), file);
      expect(chooseModel(adapter)).toEqual({ name: adapter, base: EMBEDDED_FOLDER, adapter });
    }
  });

  it('says which folder to give for a file and for a folder of adapters, and which name a title has', async () => {
    const todo = (text: string): unknown =>
      expect.objectContaining({
        detail: expect.objectContaining({ todo: expect.stringContaining(text) as string }) as object,
      });
    const folder = await folderWith('with-file', ADAPTER_GGUF);
    expect(() => chooseModel(join(folder, ADAPTER_GGUF))).toThrow(todo(`Give the folder that it is in: ${folder}.`));
    const many = await folderWith('many');
    await folderWith('many/one', ADAPTER_GGUF);
    expect(() => chooseModel(many)).toThrow(todo('Name one of its subfolders: one.'));
    for (const adapter of EMBEDDED_ADAPTERS)
      expect(() => chooseModel(adapter.name)).toThrow(todo(`Did you mean ${adapterName(adapter)}?`));
  });

  it('refuses what is neither, and says which name was probably meant', () => {
    const [name = ''] = NAMES;
    const misspelt = `${name.slice(0, -2)}${name.slice(-1)}`;
    expect(() => chooseModel(misspelt)).toThrow(/neither a model that comes with the lab nor a folder/);
    expect(() => chooseModel(misspelt)).toThrow(
      expect.objectContaining({
        code: 'missing-file',
        detail: expect.objectContaining({ todo: expect.stringContaining(`Did you mean ${name}?`) as string }) as object,
      }),
    );
    expect(() => chooseModel('xyzzy')).toThrow(
      expect.objectContaining({
        detail: expect.objectContaining({
          todo: `Use a folder, or one of ${[EMBEDDED_MODEL_ID, ...NAMES].join(', ')}.`,
        }) as object,
      }),
    );
  });
});

describe('the weights that a plan names', () => {
  it('change with the adapter, and are unknown for a folder without a manifest', async () => {
    const [first, second] = [await folderWith('first', ADAPTER_CONFIG), await folderWith('second', ADAPTER_CONFIG)];
    await writeFile(join(second, ADAPTER_CONFIG), '{"changed":1}');
    const [base, one, two] = await Promise.all(
      [EMBEDDED_MODEL_ID, first, second].map((given) => modelWeights(chooseModel(given))),
    );
    expect(base).toEqual({ base: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(one).toMatchObject({ base: base?.base });
    expect(one?.adapter).not.toBe(two?.adapter);
    expect(await modelWeights({ name: 'other', base: root })).toBeUndefined();
  });

  it('must be those of the model, or the run is refused before anything is loaded', async () => {
    const other = 'f'.repeat(64);
    const own = await modelWeights(chooseModel(NAMES[0]));
    const open = (weights: object): Promise<unknown> => {
      const plan = parsePlan({
        format: 'solace-lab-plan',
        version: 1,
        name: 'A plan',
        dataset: { name: 'Dialogues', source: 'solace' },
        models: [{ kind: 'lab', id: chooseModel(NAMES[0]).name, name: 'Planned', weights }],
      });
      const { openModel } = nodeRunParts(plan, { folders: new Map() }, {
        measure: () => Promise.reject(new Error('Nothing is measured.')),
      } as unknown as Parameters<typeof nodeRunParts>[2]);
      const [model] = plan.models;
      return model ? openModel(model, SIGNAL) : Promise.resolve();
    };
    await expect(open({ ...own, base: other })).rejects.toThrow(/the SHA-256 of its base differs/);
    await expect(open({ ...own, adapter: other })).rejects.toThrow(/the SHA-256 of its adapter differs/);
    await expect(open({ base: other, adapter: other })).rejects.toMatchObject({ code: 'hash-mismatch' });
  });
});

describe('npm run lab -- models', () => {
  it('lists the base and the adapters with the hashes of their files, and marks the default', async () => {
    const lines: string[] = [];
    await modelsCommand.run([], (line) => lines.push(line), SIGNAL);
    const models = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(models.map(({ name }) => name)).toEqual([EMBEDDED_MODEL_ID, ...NAMES]);
    expect(models.filter((model) => model['default']).map(({ id }) => id)).toEqual([DEFAULT_MODEL_ID]);
    const [base, ...adapters] = models.map(({ weights }) => weights as { base: string; adapter?: string });
    expect(base?.adapter).toBeUndefined();
    expect(new Set(adapters.map(({ adapter }) => adapter)).size).toBe(NAMES.length);
    for (const adapter of adapters) expect(adapter.base).toBe(base?.base);
    expect(await modelWeights(chooseModel(NAMES[0]))).toEqual(adapters[0]);
  });
});
