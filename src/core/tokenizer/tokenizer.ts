import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { LabError } from '../error.ts';
import { bounded } from '../async/bounded.ts';
import { MARK, withoutMarks, type AddedToken } from './plain-text.ts';

const addedToken = z.looseObject({
  content: z.string(),
  special: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
});
const descriptionSchema = z.looseObject({
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  added_tokens: z.array(addedToken).nullish(),
});
type Description = z.infer<typeof descriptionSchema>;

export interface OpenedTokenizer {
  tokenizer: Tokenizer;
  decode: Tokenizer['decode'];
  /** Unmarked special tokens are recognised; none is added. */
  encode: (text: string) => number[];
  added: readonly AddedToken[];
}

/**
 * Opens tokenizer.json so that it understands marks (see `plain-text.ts`).
 * @throws {LabError} `bad-file` when it is not a tokenizer.
 */
export function openTokenizer(tokenizerJson: unknown, configJson: unknown, where: string): OpenedTokenizer {
  try {
    const description = descriptionSchema.parse(tokenizerJson);
    const added = description.added_tokens ?? [];
    const { tokenizer, watched } = build({ ...description, added_tokens: added }, configJson, where);
    dropMarks(tokenizer, added);
    const whole = (text: string): number[] => watched(() => tokenizer.encode(text, { add_special_tokens: false }).ids);
    const decode: OpenedTokenizer['decode'] = (ids, options) => watched(() => tokenizer.decode(ids, options));
    const special = added
      .filter((token) => token.special && !token.lstrip && !token.rstrip)
      .map(({ content }) => content);
    return {
      tokenizer,
      decode,
      added,
      encode: independentPieces(description) && special.length > 0 ? byPieces(special, whole) : whole,
    };
  } catch (error) {
    throw unreadable(error, where);
  }
}

/**
 * The ids of texts for an encoder: special tokens are added around each, and recognised within.
 * @throws {LabError} `bad-file` when tokenizer.json is not a tokenizer.
 */
export function openEncoderTokenizer(
  tokenizerJson: unknown,
  configJson: unknown,
  where: string,
): (text: string) => number[] {
  try {
    const { tokenizer, watched } = build(descriptionSchema.parse(tokenizerJson), configJson, where);
    return (text) => watched(() => tokenizer.encode(text).ids);
  } catch (error) {
    throw unreadable(error, where);
  }
}

/** The library's tokenizer with a guard for each call: regular expressions of an untrusted file may never end. */
function build(
  description: Description,
  configJson: unknown,
  where: string,
): { tokenizer: Tokenizer; watched: <T>(run: () => T) => T } {
  const patterns = patternsOf(description);
  const blame = `${where}/tokenizer.json, pattern ${patterns.join(' or ')}`;
  // Strings and character classes always end; only a regular expression may not.
  const watched = patterns.length === 0 ? <T>(run: () => T): T => run() : <T>(run: () => T): T => bounded(blame, run);
  return { tokenizer: watched(() => new Tokenizer(description, configJson as object)), watched };
}

function unreadable(error: unknown, where: string): LabError {
  return LabError.from(error, {
    code: 'bad-file',
    where: `${where}/tokenizer.json`,
    what: 'It cannot be read as a tokenizer',
    todo: 'Get the file from the same source as the weights.',
  });
}

/** The regular expressions of a tokenizer, shortened for an error. */
function patternsOf(json: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (key === 'Regex' && typeof member === 'string')
          found.add(member.length > 80 ? `${member.slice(0, 80)}…` : member);
        else visit(member);
      }
    }
  };
  const { normalizer, pre_tokenizer, decoder } = json as Record<string, unknown>;
  [normalizer, pre_tokenizer, decoder].forEach(visit);
  return [...found];
}

/** The parts of the library that are patched: each is a function with members. */
interface Parts {
  pre_tokenizer: ((text: string, options?: unknown) => string[]) | null;
  model: { encode(tokens: string[]): string[] } | null;
}

/**
 * The library searches for added tokens before it splits text, so a mark inside one hides it; the marks are removed
 * before splitting. Plain characters do not become a control token either, even if the vocabulary has one as a piece.
 */
function dropMarks(tokenizer: Tokenizer, added: readonly AddedToken[]): void {
  const parts = tokenizer as unknown as Parts;
  const cut = parts.pre_tokenizer;
  parts.pre_tokenizer = (text, options) => (cut ? cut(withoutMarks(text), options) : [withoutMarks(text)]);
  const { model } = parts;
  if (!model) return;
  const control = new Set(added.filter(({ special }) => special).map(({ content }) => content));
  const join = model.encode.bind(model);
  const apart = (piece: string): string[] => Array.from(piece).flatMap((character) => join([character]));
  model.encode = (tokens) => {
    const pieces = join(tokens);
    return pieces.some((piece) => control.has(piece))
      ? pieces.flatMap((piece) => (control.has(piece) ? apart(piece) : [piece]))
      : pieces;
  };
}

/** Whether text between special tokens is tokenised independently of the text outside. */
function independentPieces({ normalizer, pre_tokenizer }: Description): boolean {
  const plain = JSON.stringify(pre_tokenizer ?? null);
  return !normalizer && plain.includes('"ByteLevel"') && !plain.includes('"add_prefix_space":true');
}

const REMEMBERED = 20_000;

/** Tokenises between special tokens and caches pieces: the turns of a conversation recur in each of its prompts. */
function byPieces(special: readonly string[], whole: (text: string) => number[]): (text: string) => number[] {
  const longestFirst = [...special].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    `(${longestFirst.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`,
  );
  const known = new Map<string, number[]>();
  return (input) =>
    input.split(pattern).flatMap((piece) => {
      if (piece === '' || piece === MARK) return [];
      let ids = known.get(piece);
      if (!ids) known.set(piece, (ids = whole(piece)));
      if (known.size > REMEMBERED) known.clear();
      return ids;
    });
}
