import type { ModelRecord } from '../../core/engine/record.ts';
import type { FileStore } from './file-store.ts';

/** A dropped file with its path relative to the dropped folder. */
export interface DroppedFile {
  path: string;
  file: File;
}

/** Removes the dropped folder's name from the paths of its files. */
export function stripFolder(files: DroppedFile[]): DroppedFile[] {
  const visible = files.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  const [first] = visible;
  const folder = first?.path.includes('/') ? first.path.slice(0, first.path.indexOf('/') + 1) : '';
  const nested = folder !== '' && folder !== 'onnx/' && visible.every(({ path }) => path.startsWith(folder));
  return nested ? stripFolder(visible.map(({ path, file }) => ({ path: path.slice(folder.length), file }))) : visible;
}

/** The name of dropped files: their folder's, or that of the weights, or `otherwise`. */
export function nameOf(files: readonly DroppedFile[], kind: string, otherwise = 'model'): string {
  const [first] = files;
  const folder = first?.path.includes('/') ? first.path.slice(0, first.path.indexOf('/')) : '';
  const weights = files.find(({ path }) => path.endsWith(`.${kind}`))?.file.name;
  return (folder && folder !== 'onnx' ? folder : (weights ?? otherwise)).replace(
    /(-\d{5}-of-\d{5})?\.(gguf|safetensors|onnx)$/,
    '',
  );
}

/** An id for a new model that no model has. */
export async function freeId(store: FileStore, name: string, known: readonly ModelRecord[]): Promise<string> {
  const taken = new Set(known.map(({ id }) => id));
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9._+]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'model';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id) && (await store.files(id)).length === 0) return id;
  }
}
