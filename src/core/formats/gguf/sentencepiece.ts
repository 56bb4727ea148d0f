import { LabError } from '../../error.ts';

/** The character that represents a space in SentencePiece's tokens. */
export const SPACE = '▁';

/** A SentencePiece-like BPE model of tokenizer.json: on characters, with byte fallback. */
export interface PieceModel {
  vocab: Readonly<Record<string, number>>;
  merges: readonly (readonly [string, string])[];
  /** Tokens that merges never produce, such as control tokens. */
  apart: ReadonlySet<string>;
}

type Json = Record<string, unknown>;

/**
 * Whether a space is added before the text, for a tokenizer that writes spaces as `▁`; undefined for others. A space
 * only before the first piece ("first") does not apply to a prompt, which begins with a special token.
 */
export function spacePrefix(normalizer: unknown, preTokenizer: unknown, byteFallback: boolean): boolean | undefined {
  if (!byteFallback) return undefined;
  const steps = [...flat(normalizer, 'normalizers'), ...flat(preTokenizer, 'pretokenizers')];
  const known = steps.every((step) => isReplace(step) || step['type'] === 'Prepend' || step['type'] === 'Metaspace');
  const metaspace = steps.find((step) => step['type'] === 'Metaspace');
  if (!known || !(metaspace ?? steps.find(isReplace))) return undefined;
  if (steps.some((step) => step['type'] === 'Prepend' && step['prepend'] === SPACE)) return true;
  const scheme = metaspace?.['prepend_scheme'] ?? (metaspace?.['add_prefix_space'] === false ? 'never' : 'always');
  return metaspace !== undefined && scheme === 'always';
}

function isReplace(step: Json): boolean {
  const pattern = step['pattern'] as Json | undefined;
  return step['type'] === 'Replace' && step['content'] === SPACE && pattern?.['String'] === ' ';
}

function flat(step: unknown, parts: string): Json[] {
  if (typeof step !== 'object' || step === null) return [];
  const { [parts]: inner } = step as Json;
  return Array.isArray(inner) ? inner.flatMap((each) => flat(each, parts)) : [step as Json];
}

/**
 * Scores that make llama.cpp join pieces in the order of the merges: the best score first.
 * @throws {LabError} `unsupported` when it would still split some text differently; the message has an example.
 */
export function pieceScores(model: PieceModel): Map<string, number> {
  const scores = new Map<string, number>();
  model.merges.forEach(([left, right], rank) => {
    const joined = left + right;
    if (!scores.has(joined)) scores.set(joined, -rank);
  });
  for (const token of Object.keys(model.vocab)) if (!scores.has(token)) scores.set(token, -model.merges.length - 1);
  checkScores(model, scores);
  return scores;
}

/** Words that the check splits both ways: every token, and some pairs. */
const PAIRS = 4000;

function checkScores({ vocab, merges, apart }: PieceModel, scores: ReadonlyMap<string, number>): void {
  const ranks = new Map(merges.map((pair, rank) => [pair.join('\u0000'), -rank]));
  const joinable = (text: string): boolean => Object.hasOwn(vocab, text) && !apart.has(text);
  const byRank = (left: string, right: string): number | undefined => ranks.get(`${left}\u0000${right}`);
  const byScore = (left: string, right: string): number | undefined =>
    Object.hasOwn(vocab, left + right) ? scores.get(left + right) : undefined;
  const tokens = Object.keys(vocab).filter((token) => joinable(token) && !/^<0x[0-9A-F]{2}>$/.test(token));
  const neighbours = Array.from(
    { length: Math.min(PAIRS, tokens.length) },
    (_, i) => (tokens[(i * 7919) % tokens.length] ?? '') + (tokens[(i * 104729 + 13) % tokens.length] ?? ''),
  );
  for (const word of [...tokens, ...neighbours]) {
    const [wanted, found] = [join(word, byRank), join(word, byScore)];
    if (wanted.join('\u0000') === found.join('\u0000')) continue;
    throw new LabError({
      code: 'unsupported',
      where: 'tokenizer.json',
      what:
        `llama.cpp would split "${word}" into ${found.join(' | ')}, this tokenizer splits it into ` +
        `${wanted.join(' | ')}: its merges are not those of a SentencePiece model.`,
      todo: 'Export it as ONNX, or as MLC.',
    });
  }
}

/** Joins neighbouring pieces, the pair with the highest value first, the leftmost of ties. */
function join(word: string, value: (left: string, right: string) => number | undefined): string[] {
  const pieces = Array.from(word);
  for (;;) {
    let best = -1;
    let highest = -Infinity;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const here = value(pieces[i] ?? '', pieces[i + 1] ?? '');
      if (here !== undefined && here > highest) [best, highest] = [i, here];
    }
    if (best < 0) return pieces;
    pieces.splice(best, 2, (pieces[best] ?? '') + (pieces[best + 1] ?? ''));
  }
}

/**
 * The merges that scores imply: any two tokens that form a third can be merged into it, tokens with high scores first.
 */
export function mergesOf(
  tokens: readonly string[],
  scores: readonly number[],
  joinable: (id: number) => boolean,
): [string, string][] {
  const known = new Set(tokens.filter((_, id) => joinable(id)));
  const merges: { pair: [string, string]; score: number; left: number }[] = [];
  tokens.forEach((token, id) => {
    if (!joinable(id)) return;
    const characters = Array.from(token);
    for (let at = characters.length - 1; at > 0; at--) {
      const pair: [string, string] = [characters.slice(0, at).join(''), characters.slice(at).join('')];
      if (known.has(pair[0]) && known.has(pair[1])) merges.push({ pair, score: scores[id] ?? 0, left: at });
    }
  });
  return merges.sort((a, b) => b.score - a.score || b.left - a.left).map(({ pair }) => pair);
}
