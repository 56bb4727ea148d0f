/** A file that a person dropped or picked, with its path inside the folder that contained it. */
export interface PickedFile {
  path: string;
  file: File;
}

/** Files of an `<input type=file>`; a picked folder's own name is not part of the paths. */
export function pickedFiles(list: FileList): PickedFile[] {
  return [...list].map((file) => ({ path: withoutFolder(file.webkitRelativePath) || file.name, file }));
}

function withoutFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

/**
 * Files of a drop, including those in nested folders. Must be called before the drop's event handler returns: the
 * browser empties the list afterwards.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [only] = entries;
  const roots = entries.length === 1 && only && isDirectory(only) ? await children(only) : entries;
  const nested = await Promise.all(roots.map((entry) => walk(entry, '')));
  return nested.flat();
}

async function walk(entry: FileSystemEntry, folder: string): Promise<PickedFile[]> {
  const path = `${folder}${entry.name}`;
  if (isFile(entry)) return [{ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) }];
  if (!isDirectory(entry)) return [];
  const nested = await Promise.all((await children(entry)).map((child) => walk(child, `${path}/`)));
  return nested.flat();
}

/** A reader returns its entries in batches; an empty batch is the last. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
