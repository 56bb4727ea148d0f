import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL_ID } from '../../src/core/engine/embedded.ts';
import { exportCommand } from '../../trainer/commands/export.ts';
import { openCheckpoint } from '../../trainer/files/open.ts';
import { writePeft } from './adapter-files.ts';
import { DIST } from './lab.ts';
import { exportTalkingModel } from './talking-model.ts';

/** A folder with the built lab, and how to delete it. */
export interface TinyLab {
  folder: string;
  remove: () => Promise<void>;
}

/**
 * Makes a folder with the built lab in which a tiny model and a tiny adapter stand for those that come with it. They
 * are loaded, merged and kept in the same way, in a fraction of the time; tests/model.browser.test.ts uses the real
 * ones.
 */
export async function writeTinyLab(): Promise<TinyLab> {
  const root = await mkdtemp(join(tmpdir(), 'tiny-lab-'));
  const base = await exportTalkingModel(root, 'onnx', 'q4');
  const adapter = await writeAdapter(root, base);
  const folder = join(root, 'lab');
  const stands = new Map([
    [`models/${EMBEDDED_MODEL_ID}`, base],
    ...EMBEDDED_ADAPTERS.flatMap(({ parts }) => parts.map(({ name }) => [`adapters/${name}`, adapter] as const)),
  ]);
  await mkdir(folder);
  for (const name of await readdir(DIST)) {
    if (![...stands.keys()].some((path) => path.startsWith(`${name}/`))) {
      await symlink(join(DIST, name), join(folder, name));
      continue;
    }
    await mkdir(join(folder, name));
    for (const each of await readdir(join(DIST, name))) {
      const path = `${name}/${each}`;
      await symlink(stands.get(path) ?? join(DIST, path), join(folder, path));
    }
  }
  return { folder, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Writes an adapter of the base as the trainer exports one, and returns its folder. */
async function writeAdapter(root: string, base: string): Promise<string> {
  const { checkpoint, close } = await openCheckpoint(join(root, 'source'));
  const [peft, out] = [join(root, 'peft'), join(root, 'adapter')];
  const targets = ['q_proj', 'v_proj'];
  await writePeft(peft, checkpoint, { r: 4, lora_alpha: 8, target_modules: targets }, (module) =>
    targets.some((target) => module.endsWith(target)) ? 4 : 0,
  );
  await close();
  const flags = { in: base, adapter: peft, format: 'gguf-lora', dtype: 'F32', name: DEFAULT_MODEL_ID, out };
  await exportCommand.run(
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    () => undefined,
    new AbortController().signal,
  );
  return out;
}
