/** Saves text or bytes as a file on the person's machine. */
export function saveFile(name: string, content: BlobPart, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // By the next task the download holds its own reference to the blob.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** The name of a file, without an ending, from what it shows. */
export const fileNameFrom = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
