/** A file being written front to back. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<WrittenFile>;
}

/** A finished file. */
export interface WrittenFile {
  /** Relative to the folder, `/` between parts. */
  path: string;
  bytes: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** A folder being written: a disk in Node, the origin's private file system in a browser. */
export interface FolderSink {
  create(path: string): Promise<FileSink>;
}

/** Writes a small file whole. */
export async function writeFile(folder: FolderSink, path: string, content: string | Uint8Array): Promise<WrittenFile> {
  const file = await folder.create(path);
  await file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  return file.close();
}
