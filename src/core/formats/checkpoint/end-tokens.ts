import { z } from 'zod';
import type { SideFiles } from './checkpoint.ts';
import { settingsOf } from './side-files.ts';
import { endOfTurn, tokenizerFacts } from './tokenizer-facts.ts';

/** Generation settings, which Transformers reads before config.json. */
export const GENERATION_CONFIG = 'generation_config.json';

const eosSchema = z
  .union([z.int().nonnegative(), z.array(z.int().nonnegative())])
  .nullish()
  .catch(undefined);

/** The tokens that end a model's replies: the same for generation, training labels and exports. */
export interface EndTokens {
  /** Those named by the configuration: generation_config.json first, then config.json. */
  named: number[];
  /** The token with which the chat template ends a turn, if any. */
  turn: { id: number; text: string } | undefined;
  /** Every token that ends a reply: those named, or else the tokenizer's end of text, plus the template's. */
  all: number[];
}

/** @param more ids that the weights' own metadata names. */
export function endTokens(files: SideFiles, more: readonly number[] = []): EndTokens {
  const named = unique([...idsIn(files, GENERATION_CONFIG), ...idsIn(files, 'config.json')]);
  const known = [...named, ...more];
  if (!files.has('tokenizer.json')) return { named, turn: undefined, all: unique(known) };
  const facts = tokenizerFacts(files);
  const turn = endOfTurn(files, facts);
  const own = known.length > 0 || facts.ids.eos === undefined ? [] : [facts.ids.eos];
  return { named, turn, all: unique([...known, ...own, ...(turn ? [turn.id] : [])]) };
}

function idsIn(files: SideFiles, name: string): number[] {
  const ids = eosSchema.parse(settingsOf(files, name)['eos_token_id']);
  return ids == null ? [] : [ids].flat();
}

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
