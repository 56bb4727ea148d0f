import { candidates } from '../../core/engine/sampling.ts';
import type { Decoding } from '../../core/engine/engine.ts';
import { integer, percent } from '../components/format.ts';
import { glossaryTexts } from '../texts/glossary.ts';

/** How likely a model might find four words after "I feel so", before any setting changes it. */
const WORDS = ['tired', 'lost', 'alone', 'blue'] as const;
const SHARES = [0.5, 0.3, 0.15, 0.05];

/** What a setting does to the choice of one word, as a sentence. */
export function decodingExample(
  setting: 'temperature' | 'topP' | 'topK' | 'maxNewTokens',
  { temperature, topP, topK, maxNewTokens }: Omit<Decoding, 'seed'>,
): string {
  if (setting === 'maxNewTokens')
    return glossaryTexts.length(integer(maxNewTokens), integer(Math.round(maxNewTokens * 0.75)));
  const only = {
    temperature: { temperature, topP: 1, topK: 0 },
    topP: { temperature: 1, topP, topK: 0 },
    topK: { temperature: 1, topP: 1, topK },
  }[setting];
  const before = WORDS.map((word, i) => `${word} ${percent(SHARES[i] ?? 0)}`).join(', ');
  return glossaryTexts.choice(before, after(only));
}

function after(only: { temperature: number; topP: number; topK: number }): string {
  if (only.temperature === 0) return glossaryTexts.always(WORDS[0]);
  const left = candidates(Float32Array.from(SHARES, Math.log), only);
  return left
    .toSorted((a, b) => b.p - a.p)
    .map(({ id, p }) => `${WORDS[id] ?? ''} ${percent(p)}`)
    .join(', ');
}
