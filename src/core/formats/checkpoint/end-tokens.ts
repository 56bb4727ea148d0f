import { z } from 'zod';
import type { SideFiles } from './checkpoint.ts';
import { settingsOf } from './side-files.ts';
import { endOfTurn, tokenizerFacts } from './tokenizer-facts.ts';

/** Settings of generation, which Transformers reads before config.json. */
export const GENERATION_CONFIG = 'generation_config.json';

const eosSchema = z
  .union([z.int().nonnegative(), z.array(z.int().nonnegative())])
  .nullish()
  .catch(undefined);

/** Where replies of a model end: the same for generation, for the labels of training and for exports. */
export interface EndTokens {
  /** Those that the configuration names: generation_config.json first, then config.json. */
  named: number[];
  /** The one with which the chat template ends a turn, where it ends it with a token. */
  turn: { id: number; text: string } | undefined;
  /** Every token that ends a reply: those named, or else the tokenizer's own end of text, and the template's. */
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
