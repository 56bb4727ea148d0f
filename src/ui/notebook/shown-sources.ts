import { z } from 'zod';
import { tryParseJson } from '../../core/json.ts';
import { localTexts } from '../../lab/index.ts';
import type { Shown } from '../../notebook/protocol.ts';

const KEY = 'solace.notebook-sources.';
const shownSchema = z.array(z.tuple([z.int(), z.boolean()])).max(5000);

/** Which sources of a notebook's cells this reader chose to see or not; empty if they never chose. */
export function shownSources(id: string): Shown {
  return shownSchema.safeParse(tryParseJson(localTexts.get(KEY + id) ?? '[]')).data ?? [];
}

/** Keeps that choice. `shown` comes from the sandbox and may be anything; what is not a choice is ignored. */
export function keepShownSources(id: string, shown: unknown): void {
  const parsed = shownSchema.safeParse(shown);
  if (parsed.success) localTexts.set(KEY + id, parsed.data.length > 0 ? JSON.stringify(parsed.data) : null);
}
