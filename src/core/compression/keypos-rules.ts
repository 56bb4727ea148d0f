import type { TaggedToken, Upos } from './representation.ts';
import { ANY_APOSTROPHE, APOSTROPHES, findAddresses, straightenApostrophes } from './segment.ts';

/**
 * Corrections that bring a tagger's output closer to the UD v2 guidelines (https://universaldependencies.org/en/) by
 * grammar alone: contractions are two tokens, `have`, `do` and `be` are verbs where they carry the predicate, `to`
 * before a noun phrase is an adposition, addresses are names.
 *
 * Takes and returns ordered tokens without overlap. Pure.
 */
export function correctTags(text: string, tokens: readonly TaggedToken[]): TaggedToken[] {
  const whole = mergeAddresses(text, tokens);
  const split = ANY_APOSTROPHE.test(text) ? whole.flatMap((token) => splitContraction(text, token)) : whole;
  const words = split.map((token) => new Word(text, token));
  words.forEach((word, index) => {
    word.tag = INFORMAL[word.lower] ?? word.tag;
    for (const rule of RULES[word.lower] ?? NO_RULES) word.tag = rule(words, index) ?? word.tag;
    if (NAME_MARKS.has(word.lower.charAt(0)) && /^.[\p{L}_]/u.test(word.lower)) word.tag = 'PROPN';
  });
  return words.map(({ start, end, tag }) => ({ start, end, tag }));
}

class Word implements TaggedToken {
  start: number;
  end: number;
  tag: Upos;
  lower: string;
  constructor(text: string, token: TaggedToken) {
    this.start = token.start;
    this.end = token.end;
    this.tag = token.tag;
    this.lower = straightenApostrophes(text.slice(token.start, token.end).toLowerCase());
  }
}

/** The first characters of hashtags and account names. */
const NAME_MARKS = new Set(['#', '@']);
const NO_RULES: readonly Rule[] = [];

/** An address that the tagger split is one proper noun; the rest of a token around addresses is punctuation. */
function mergeAddresses(text: string, tokens: readonly TaggedToken[]): TaggedToken[] {
  const addresses = findAddresses(text);
  if (addresses.length === 0) return [...tokens];
  const rest: TaggedToken[] = [];
  let next = 0;
  for (const token of tokens) {
    while ((addresses[next]?.end ?? Infinity) <= token.start) next++;
    let from = token.start;
    let i = next;
    // A token may span several addresses.
    for (let address = addresses[i]; address && address.start < token.end; address = addresses[++i]) {
      if (address.start > from) rest.push({ start: from, end: address.start, tag: 'PUNCT' });
      from = address.end;
    }
    if (i === next) rest.push(token);
    else if (from < token.end) rest.push({ start: from, end: token.end, tag: 'PUNCT' });
  }
  return [...rest, ...addresses.map((address) => ({ ...address, tag: 'PROPN' as const }))].sort(
    (a, b) => a.start - b.start,
  );
}

const CONTRACTION = new RegExp(`^(.+?)(n[${APOSTROPHES}]t|[${APOSTROPHES}](?:m|s|re|ve|ll|d))$`, 'iu');
const SUBJECT = new Set(['i', 'you', 'he', 'she', 'it', 'we', 'they', 'who', 'that', 'there', 'what', "y'all", 'u']);

/** `I'm` that the tagger left whole becomes `I` and `'m`. */
function splitContraction(text: string, token: TaggedToken): TaggedToken[] {
  const parts = CONTRACTION.exec(text.slice(token.start, token.end));
  const [, stem, clitic] = parts ?? [];
  if (stem === undefined || clitic === undefined) return [token];
  const cut = token.start + stem.length;
  const negated = clitic.toLowerCase().startsWith('n');
  const subject = SUBJECT.has(stem.toLowerCase());
  const possessive = /s$/i.test(clitic) && !subject;
  return [
    { start: token.start, end: cut, tag: negated ? 'AUX' : subject ? 'PRON' : token.tag },
    { start: cut, end: token.end, tag: negated || possessive ? 'PART' : 'AUX' },
  ];
}

/** Chat spellings that a tagger of edited English does not know. A contraction counts as its first part. */
const INFORMAL: Partial<Record<string, Upos>> = Object.assign(Object.create(null) as object, {
  u: 'PRON',
  ur: 'PRON',
  im: 'PRON',
  ive: 'PRON',
  thats: 'PRON',
  whats: 'PRON',
  theyre: 'PRON',
  youre: 'PRON',
  dont: 'AUX',
  didnt: 'AUX',
  doesnt: 'AUX',
  cant: 'AUX',
  wont: 'AUX',
  isnt: 'AUX',
  wasnt: 'AUX',
  couldnt: 'AUX',
  wouldnt: 'AUX',
  shouldnt: 'AUX',
  havent: 'AUX',
  hasnt: 'AUX',
  arent: 'AUX',
  gonna: 'VERB',
  wanna: 'VERB',
  gotta: 'VERB',
  etc: 'NOUN',
  'etc.': 'NOUN',
} satisfies Partial<Record<string, Upos>>);

type Rule = (words: readonly Word[], index: number) => Upos | undefined;

const PERSONAL = new Set(['i', 'you', 'he', 'she', 'it', 'we', 'they', 'u', 'there']);
const QUESTION = new Set(['what', 'how', 'why', 'when', 'where', 'who', 'which']);
const BE = new Set(['is', "'s", 'are', "'re", 'was', 'were', 'be', 'been', 'being', 'am', "'m", 's']);
const NOMINAL = new Set<Upos>(['NOUN', 'PROPN', 'PRON', 'NUM']);

/** Index of the next word that is neither an adverb nor a negation, from `from` on. */
function skipAdverbs(words: readonly Word[], from: number): number {
  let at = from;
  while (words[at]?.tag === 'ADV' || /^(?:n't|nt|not|never)$/.test(words[at]?.lower ?? '')) at++;
  return at;
}

/** Whether the word at `index` opens a clause, so that a subject may follow it: `have you …`, `what do they …`. */
function opensQuestion(words: readonly Word[], index: number): boolean {
  const before = words[index - 1];
  return before === undefined || before.tag === 'PUNCT' || before.tag === 'CCONJ' || QUESTION.has(before.lower);
}

/** The first word of the complement of `words[index]`, skipping its subject. */
function complement(words: readonly Word[], index: number): Word | undefined {
  let at = skipAdverbs(words, index + 1);
  if (opensQuestion(words, index) && PERSONAL.has(words[at]?.lower ?? '')) at = skipAdverbs(words, at + 1);
  return words[at];
}

const MODAL = new Set(['to', 'can', 'could', 'will', "'ll", 'would', "'d", 'may', 'might', 'shall', 'should', 'must']);

/** An infinitive after a modal or `to`, possibly with the subject of a question in between: `what should I do`. */
function afterModal(words: readonly Word[], index: number): boolean {
  let at = index - 1;
  while (words[at]?.tag === 'ADV' || PERSONAL.has(words[at]?.lower ?? '') || words[at]?.tag === 'PART') {
    if (words[at]?.lower === 'to') return true;
    at--;
  }
  return MODAL.has(words[at]?.lower ?? '');
}

const isEnd = (word: Word | undefined): boolean => word === undefined || word.tag === 'PUNCT' || word.tag === 'CCONJ';

/** `have` is a verb unless a participle follows or the clause ends (`yes, I have`). */
const have: Rule = (words, index) => {
  const next = complement(words, index);
  if (isEnd(next) || !next) return afterModal(words, index) ? 'VERB' : undefined;
  if (next.tag === 'VERB' || next.tag === 'AUX') return 'AUX';
  if (next.tag === 'ADJ' && /(?:ed|en|wn|ne)$/.test(next.lower)) return undefined;
  return 'VERB';
};

/** `do` is a verb when it has an object: a determiner, noun or object pronoun with no verb after it. */
const doVerb: Rule = (words, index) => {
  const next = words[index + 1];
  if (afterModal(words, index)) return 'VERB';
  if (isEnd(next) || !next || opensQuestion(words, index)) return undefined;
  if (/^(?:n't|nt|not)$/.test(next.lower)) return 'AUX';
  const object = words[skipAdverbs(words, index + 1)];
  if (isEnd(object) || !object) return 'VERB';
  if (object.tag === 'VERB' || object.tag === 'AUX') return 'AUX';
  if (PERSONAL.has(object.lower) && object.lower !== 'it') return undefined;
  return 'VERB';
};

/** Existential `be` is a verb in the English treebanks: `there is hope`. */
const be: Rule = (words, index) => {
  let before = index - 1;
  while (words[before]?.tag === 'ADV' || words[before]?.tag === 'AUX') before--;
  if (words[before]?.lower !== 'there') return undefined;
  return words[skipAdverbs(words, index + 1)]?.tag === 'VERB' ? 'AUX' : 'VERB';
};

/** `to` marks an infinitive (PART) or a gerund clause (SCONJ), else it is a preposition. */
const to: Rule = (words, index) => {
  const next = words[skipAdverbs(words, index + 1)];
  if (!next) return undefined;
  if (next.tag === 'VERB' || next.tag === 'AUX')
    return /ing$/.test(next.lower) ? 'SCONJ' : /ed$/.test(next.lower) ? undefined : 'PART';
  if (next.tag === 'DET' || next.tag === 'PRON' || next.tag === 'PROPN' || next.tag === 'NUM') return 'ADP';
  return undefined;
};

/** A demonstrative with a noun phrase of its own is a determiner, else a pronoun. */
const demonstrative: Rule = (words, index) => {
  const word = words[index];
  const next = words[index + 1];
  if (word?.tag !== 'DET') return undefined;
  if (isEnd(next) || !next) return 'PRON';
  return next.tag === 'AUX' || next.tag === 'VERB' || next.tag === 'PART' || next.tag === 'PRON' || next.tag === 'ADP'
    ? 'PRON'
    : undefined;
};

/** `ok` is an adjective after a copula (`I am ok`) and an interjection elsewhere. */
const ok: Rule = (words, index) => {
  let before = index - 1;
  while (words[before]?.tag === 'ADV') before--;
  const previous = words[before];
  return previous && (BE.has(previous.lower) || NOMINAL.has(previous.tag) || previous.tag === 'VERB')
    ? 'ADJ'
    : undefined;
};

const clock: Rule = (words, index) => (words[index - 1]?.tag === 'NUM' ? 'NOUN' : undefined);

const RULES: Partial<Record<string, Rule[]>> = Object.assign(Object.create(null) as object, {
  have: [have],
  has: [have],
  had: [have],
  having: [have],
  do: [doVerb],
  does: [doVerb],
  did: [doVerb],
  done: [doVerb],
  is: [be],
  are: [be],
  was: [be],
  were: [be],
  be: [be],
  been: [be],
  "'s": [be],
  "'re": [be],
  am: [clock],
  pm: [clock],
  to: [to],
  this: [demonstrative],
  that: [demonstrative],
  these: [demonstrative],
  those: [demonstrative],
  ok: [ok],
  okay: [ok],
} satisfies Partial<Record<string, Rule[]>>);
