/** The notation of the phrases; phrases/README.md explains it to reviewers. */

/** Word lists by name, in capitals. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

/** The lines of a file: `#` starts a comment, an indented line continues the one before it. */
export function readLines(text: string): string[] {
  const lines: string[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd();
    if (line === '') continue;
    const before = lines.at(-1);
    if (!/^\s/.test(line) || before === undefined) lines.push(line.trim());
    else lines[lines.length - 1] = `${before}${before.endsWith('|') ? '' : ' '}${line.trim()}`;
  }
  return lines;
}

/** The lists of words.txt: a name in capitals, then its words on indented lines, separated by commas. */
export function readWordLists(text: string): Record<string, string[]> {
  return Object.fromEntries(
    readLines(text).map((line) => {
      const [name = '', ...words] = line.split(/ (.*)/s);
      return [
        name,
        words
          .join(' ')
          .split(',')
          .map((word) => word.trim())
          .filter(Boolean),
      ];
    }),
  );
}

/**
 * A phrase as a regular expression over plain words (see `plainWords`).
 * @throws {Error} when the phrase violates the notation or names a list that does not exist.
 */
export function compilePhrase(phrase: string, lists: WordLists): RegExp {
  return new RegExp(
    itemsOf(phrase)
      .map((item) => compileItem(item, lists))
      .join(''),
    'g',
  );
}

/** The words, groups and gaps of a phrase. */
function itemsOf(phrase: string): string[] {
  const items = phrase.match(/\([^()]*\)\??|\{[^{}]*\}|[^\s(){}]+/g) ?? [];
  if (items.join('').replace(/\s/g, '') !== phrase.replace(/\s/g, '') || items.length === 0) {
    throw new Error(`"${phrase}" has a bracket without its other half, or nothing in it.`);
  }
  return items;
}

/** People often continue without a full stop: "I dont want to live and I am not ok". */
const CLAUSE_END = '(?= (?:\\.|and|but|because|cause|cuz|so|i|im|ive) )';

function compileItem(item: string, lists: WordLists): string {
  const gap = /^\{(?:(\d)-)?(\d)\}$/.exec(item);
  if (gap) return `(?: [a-z0-9]+){${gap[1] ?? gap[2] ?? ''},${gap[2] ?? ''}}`;
  const optional = item.endsWith('?');
  const bare = optional ? item.slice(0, -1) : item;
  const alternatives = (bare.startsWith('(') ? bare.slice(1, -1).split('|') : [bare]).flatMap((words) => {
    const name = words.trim();
    if (name === 'END') return [CLAUSE_END];
    return /^[A-Z]{2,}$/.test(name) && name !== 'NUMBER' ? listOf(name, lists).map(compileWords) : [compileWords(name)];
  });
  return `(?:${alternatives.join('|')})${optional ? '?' : ''}`;
}

function listOf(name: string, lists: WordLists): readonly string[] {
  const list = lists[name];
  if (!list) throw new Error(`There is no list of words "${name}".`);
  return list;
}

/** One word, or several in a row. */
function compileWords(words: string): string {
  const parts = words.split(/\s+/).map((word) => {
    if (word === 'NUMBER') return '[1-9][0-9]{1,3}';
    if (word === '{1}') return '[a-z0-9]+';
    if (!/^[a-z0-9]+\*?$/.test(word)) throw new Error(`"${word}" in "${words}" is no word in small letters.`);
    return word.replace('*', '[a-z]*');
  });
  return ` ${parts.join(' ')}(?= )`;
}

/** Negations that people write as two words or one. */
const DENIAL = /\b(can|will|do|does|did|is|are|was|were|would|could|should|have|has|had) ?not\b/g;
const SHORT: Readonly<Record<string, string>> = { can: 'cant', will: 'wont' };

/**
 * Lower-case words between single spaces, "do not" as "dont", sentences ended by ` .`; apostrophes are removed, other
 * punctuation becomes spaces.
 */
export function plainWords(message: string): string {
  const words = message
    .replace(/[’'‘ʼ`´＇]/gu, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[.!?;]+/gu, ' . ')
    .replace(/[^a-z0-9.]+/gu, ' ')
    .replace(DENIAL, (_, verb: string) => SHORT[verb] ?? `${verb}nt`)
    .trim();
  return ` ${words} . `;
}
