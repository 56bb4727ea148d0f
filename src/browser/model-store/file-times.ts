import { uniqueId } from '../../core/unique-id.ts';

/** Milliseconds after which a second write must have another time. */
const APART = 10;

/**
 * Whether the time of a file in `folder` changes when it is written again. Chromium's private windows keep files in
 * memory, with the time at which they were made; some file systems round to seconds.
 */
export async function tellsOfWrites(folder: FileSystemDirectoryHandle): Promise<boolean> {
  const name = `time-${uniqueId()}`;
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const before = (await handle.getFile()).lastModified;
    await new Promise((resolve) => setTimeout(resolve, APART));
    // A writer that starts from nothing makes a new file there, with a new time.
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.write('.');
    await writable.close();
    return (await handle.getFile()).lastModified !== before;
  } catch {
    return false;
  } finally {
    await folder.removeEntry(name).catch(() => undefined);
  }
}
