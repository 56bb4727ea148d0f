import { LabError } from '../../core/error.ts';
import { LONGEST_NOTEBOOK } from '../../notebook/protocol.ts';

/** What the list needs to know about a notebook's file. */
export interface ReadNotebook {
  title: string;
  html: string;
}

/**
 * Reads a notebook's file without running anything in it: a parsed document is inert, and only its title is taken.
 * @throws {LabError} `bad-file` when it is not a notebook or too long.
 */
export async function readNotebook(file: File): Promise<ReadNotebook> {
  const bad = (what: string) =>
    new LabError({
      code: 'bad-file',
      where: file.name,
      what,
      todo: 'Choose an .html file that was exported from here or from Observable’s notebooks.',
    });
  if (file.size > LONGEST_NOTEBOOK) throw bad('This file is too large for a notebook.');
  const html = await file.text();
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const notebook = parsed.querySelector('notebook');
  if (!notebook) throw bad('This file does not contain a notebook.');
  const title = parsed.querySelector('title')?.textContent?.trim() || file.name.replace(/\.html?$/, '');
  return { title: title.slice(0, 200), html };
}

/** File name for a notebook's title. */
export function fileNameOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${slug || 'notebook'}.html`;
}
