import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { tryParseJson } from '../../core/json.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import type { FolderSink } from '../../core/formats/export/sink.ts';
import type { HashedFile } from '../../core/training/merge/index.ts';
import { hashBlob } from './digest.ts';
import type { FileStore } from './file-store.ts';
import { storeSink } from './folder-sink.ts';
import { MADE_FOLDERS, type MadeFolder } from './made-folders.ts';

/** How files are made. */
export interface Recipe {
  folder: MadeFolder;
  /** Names what they are made of, and the way of making. */
  key: string;
  /** Of how many models they are kept, the latest; default: all. */
  models?: number;
  /** @throws {LabError} what keeps them from being made; then nothing is kept. */
  make: (folder: FolderSink) => Promise<void>;
}

/** Files by their paths in the folder that they were made in. */
export type Made = ReadonlyMap<string, Blob>;

const indexSchema = z.object({
  key: z.string(),
  files: z.array(z.object({ path: z.string() })),
  /** Larger than that of all models whose files were made before. */
  order: z.number().catch(0),
});
type MadeIndex = z.infer<typeof indexSchema>;

const indexPath = (folder: MadeFolder): string => `${MADE_FOLDERS[folder]}${folder}.json`;

/**
 * Files that are made of a model's own, kept in the store next to them, so that the next load makes nothing. What was
 * damaged, or has another key, is made afresh. Without a store, or when it is full, they are held in memory.
 * @throws {LabError} `cancelled`, and what making them throws.
 */
export async function madeFiles(
  store: FileStore | undefined,
  { id, name }: { id: string; name: string },
  recipe: Recipe,
  signal?: AbortSignal,
): Promise<Made> {
  return oneAtATime(`solace-lab-${recipe.folder} ${id}`, signal, async () => {
    if (store) {
      const kept = await keptFiles(store, id, recipe);
      if (kept) return kept;
      await forget(store, id, recipe.folder);
      try {
        await makeInto(store, id, recipe, signal);
      } catch (error) {
        await forget(store, id, recipe.folder);
        if (!(error instanceof LabError && error.code === 'quota')) throw error;
        return inMemory(recipe);
      }
      const made = await keptFiles(store, id, recipe);
      if (made) return made;
      throw new LabError({
        code: 'bad-file',
        where: name,
        what: `The ${recipe.folder} model could not be read back.`,
        todo: 'Load it again.',
      });
    }
    return inMemory(recipe);
  });
}

/** Names files by contents; those without a known hash are read. */
export function hashedFiles(files: ModelFiles, paths: readonly string[], signal?: AbortSignal): Promise<HashedFile[]> {
  return Promise.all(
    files.list
      .filter(({ path }) => paths.includes(path))
      .map(async ({ path, sha256 }) => ({ path, sha256: sha256 ?? (await hashBlob(await files.open(path), signal)) })),
  );
}

async function inMemory({ make }: Recipe): Promise<Made> {
  const folder = memoryFolder();
  await make(folder);
  return folder.files;
}

/** Tabs that load the same model at the same time make its files once. */
async function oneAtATime<Result>(
  name: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (!locks) return work();
  try {
    return await locks.request(name, signal ? { signal } : {}, work);
  } catch (error) {
    if (signal?.aborted) throw LabError.cancelled();
    throw error;
  }
}

async function readIndex(store: FileStore, id: string, folder: MadeFolder): Promise<MadeIndex | undefined> {
  if ((await store.condition(id, indexPath(folder))) !== 'whole') return undefined;
  const json = await (await store.open(id, indexPath(folder))).text();
  return indexSchema.safeParse(tryParseJson(json)).data;
}

/** The kept files, if they are complete, unchanged and have this key. */
async function keptFiles(store: FileStore, id: string, { folder, key }: Recipe): Promise<Made | undefined> {
  const index = await readIndex(store, id, folder);
  if (index?.key !== key) return undefined;
  const files = new Map<string, Blob>();
  for (const { path } of index.files) {
    const stored = MADE_FOLDERS[folder] + path;
    if ((await store.condition(id, stored)) !== 'whole') return undefined;
    files.set(path, await store.open(id, stored));
  }
  return files;
}

async function forget(store: FileStore, id: string, folder: MadeFolder): Promise<void> {
  const kept = (await store.files(id)).filter(({ path }) => path.startsWith(MADE_FOLDERS[folder]));
  // The index first: an interrupted removal must not look like a finished piece of work.
  const index = indexPath(folder);
  kept.sort((a, b) => Number(b.path === index) - Number(a.path === index));
  for (const { path } of kept) await store.removeFile(id, path);
}

async function makeInto(store: FileStore, id: string, recipe: Recipe, signal?: AbortSignal): Promise<void> {
  const { folder, key, make, models = Infinity } = recipe;
  const others = await madeOf(store, folder);
  for (const { model } of others.slice(Math.max(0, models - 1))) await forget(store, model, folder);
  const sink = storeSink(store, id, signal, { hashed: false });
  const index: MadeIndex = { key, files: [], order: (others[0]?.order ?? 0) + 1 };
  await make({
    create(path) {
      index.files.push({ path });
      return sink.create(MADE_FOLDERS[folder] + path);
    },
  });
  const text = new Blob([JSON.stringify(index)]);
  await store.append({ model: id, path: indexPath(folder), bytes: 0 }, text.stream());
}

/** The models of which such files are kept, the latest first. */
async function madeOf(store: FileStore, folder: MadeFolder): Promise<{ model: string; order: number }[]> {
  const models = await store.modelsWith(indexPath(folder));
  const dated = models.map(async (model) => ({ model, order: (await readIndex(store, model, folder))?.order ?? 0 }));
  return (await Promise.all(dated)).sort((a, b) => b.order - a.order);
}
