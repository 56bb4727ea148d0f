/**
 * A safe subset of Markdown, as models write it: paragraphs, headings, lists, tables, quotes, code, bold, italic and
 * links. It is parsed to data, never to HTML, and what it does not know stays text.
 */

export type Inline =
  { kind: 'text' | 'strong' | 'em' | 'code'; text: string } | { kind: 'link'; text: string; href: string };

export type Block =
  | { kind: 'paragraph' | 'heading' | 'quote'; inlines: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] }
  /** A row may have fewer or more cells than the head; filled up, a hostile table would be huge. */
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

/** Longer replies are shown as they are, so that a growing one stays cheap to show. */
const LONGEST = 20_000;

/** The blocks of a reply; null where nothing is marked up, so that it is shown as it is. */
export function readMarkdown(text: string): Block[] | null {
  if (text.length > LONGEST) return null;
  const blocks = blocksOf(text.split('\n'));
  const plain = blocks.every(
    (block) => block.kind === 'paragraph' && block.inlines.every(({ kind }) => kind === 'text'),
  );
  return plain ? null : blocks;
}

const FENCE = /^\s*```/;
const HEADING = /^#{1,6}\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBERED = /^\s*(\d{1,9})[.)]\s+(.*)$/;
const ROW = /^\s*\|(.*)$/;

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const close = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', inlines: inlinesOf(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const heading = HEADING.exec(line)?.[1];
    if (FENCE.test(line)) {
      close();
      const end = lines.findIndex((each, at) => at > i && FENCE.test(each));
      const last = end < 0 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(i + 1, last).join('\n') });
      i = last;
    } else if (heading !== undefined) {
      close();
      blocks.push({ kind: 'heading', inlines: inlinesOf(heading) });
    } else if (QUOTE.test(line)) {
      close();
      const quoted = run(lines, i, QUOTE);
      blocks.push({ kind: 'quote', inlines: inlinesOf(quoted.join('\n')) });
      i += quoted.length - 1;
    } else if (BULLET.test(line)) {
      close();
      const items = run(lines, i, BULLET);
      blocks.push({ kind: 'list', ordered: false, start: 1, items: items.map(inlinesOf) });
      i += items.length - 1;
    } else if (NUMBERED.test(line)) {
      close();
      const items = run(lines, i, NUMBERED);
      const start = Number(NUMBERED.exec(line)?.[1] ?? 1);
      blocks.push({ kind: 'list', ordered: true, start, items: items.map(inlinesOf) });
      i += items.length - 1;
    } else if (ROW.test(line) && isRule(lines[i + 1] ?? '')) {
      close();
      const [head = [], , ...rows] = run(lines, i, ROW).map((row) => cellsOf(row).map(inlinesOf));
      blocks.push({ kind: 'table', head, rows });
      i += rows.length + 1;
    } else if (line.trim() === '') close();
    else paragraph.push(line);
  }
  close();
  return blocks;
}

/** The content of the lines from `from` on that match, up to the first that does not. */
function run(lines: readonly string[], from: number, pattern: RegExp): string[] {
  const found: string[] = [];
  for (let i = from; i < lines.length; i++) {
    const content = pattern.exec(lines[i] ?? '')?.at(-1);
    if (content === undefined) break;
    found.push(content);
  }
  return found;
}

/** The cells of a row without its first bar; another bar may end it. */
const cellsOf = (row: string): string[] =>
  row
    .trim()
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim());

/** Whether a line is the one below the head of a table. */
function isRule(line: string): boolean {
  const row = ROW.exec(line)?.[1];
  return row !== undefined && cellsOf(row).every((cell) => /^:?-+:?$/.test(cell));
}

/** Bounded repetitions only, so that no text takes long to read. */
const INLINE = new RegExp(
  [
    '`([^`\\n]{1,500})`',
    '\\*\\*(?=\\S)([^*\\n]{1,500})(?<=\\S)\\*\\*',
    '(?<![\\w*])\\*(?=[^\\s*])([^*\\n]{1,500})(?<=\\S)\\*(?![\\w*])',
    '(?<!\\w)_(?=[^\\s_])([^_\\n]{1,500})(?<=\\S)_(?!\\w)',
    '\\[([^\\]\\n]{1,500})\\]\\(([^()\\s]{1,2000})\\)',
  ].join('|'),
  'gu',
);

function inlinesOf(text: string): Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, star, underscore, label, address] = match;
    const em = star ?? underscore;
    const href = address === undefined ? undefined : safeAddress(address);
    let found: Inline | undefined;
    if (code !== undefined) found = { kind: 'code', text: code };
    else if (strong !== undefined) found = { kind: 'strong', text: strong };
    else if (em !== undefined) found = { kind: 'em', text: em };
    else if (label !== undefined && href !== undefined) found = { kind: 'link', text: label, href };
    if (!found) continue;
    if (match.index > from) inlines.push({ kind: 'text', text: text.slice(from, match.index) });
    inlines.push(found);
    from = match.index + whole.length;
  }
  if (from < text.length) inlines.push({ kind: 'text', text: text.slice(from) });
  return inlines;
}

/** Only addresses that open a page or a letter; anything else stays text. */
const safeAddress = (address: string): string | undefined =>
  /^(?:https?:\/\/[^\s]+|mailto:[^\s]+)$/i.test(address) ? address : undefined;
