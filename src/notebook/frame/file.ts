import { deserialize, serialize, type Notebook } from '@observablehq/notebook-kit';

/** The lab's own attribute of a notebook: its code is folded until a reader unfolds it. */
const FOLD = 'fold';

/** A notebook as its file has it. */
export interface NotebookFile extends Notebook {
  /** Whether the sources of its cells are folded where a reader opens it. */
  fold: boolean;
}

export function readFile(html: string): NotebookFile {
  const element = new DOMParser().parseFromString(html, 'text/html').querySelector('notebook');
  return { ...deserialize(html), fold: element?.hasAttribute(FOLD) ?? false };
}

export function writeFile({ fold, ...notebook }: NotebookFile): string {
  const html = serialize(notebook);
  return fold ? html.replace(/<notebook\b/, `<notebook ${FOLD}`) : html;
}

/** The first top-level heading, which names the notebook. */
export function headingOf({ cells }: Pick<Notebook, 'cells'>): string | undefined {
  for (const { mode, value } of cells) {
    const heading = mode === 'md' ? /^#\s+(.+)$/m.exec(value)?.[1] : undefined;
    if (heading) return heading.trim();
  }
  return undefined;
}
