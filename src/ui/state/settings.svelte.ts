import { z } from 'zod';
import { NO_ASSIST } from '../../core/assist/assist.ts';
import { DEFAULT_SYSTEM_PROMPT } from '../../core/conversation/system-prompt.ts';
import { PAPER_DECODING, type Decoding } from '../../core/engine/engine.ts';
import { KEY_UPOS, REPRESENTATION_IDS, TAGGER_IDS, UPOS } from '../../core/compression/representation.ts';
import { DEFAULT_OVERFLOW, OVERFLOW_IDS } from '../../core/compression/history/overflow.ts';
import { writeQuery } from '../../core/links/query.ts';
import { DECODING_CONTROLS } from '../chat/decoding-controls.ts';
import type { TextStore } from '../../lab/index.ts';
import { Stored } from './stored.svelte.ts';

const within = (key: keyof typeof DECODING_CONTROLS) =>
  z.number().min(DECODING_CONTROLS[key].min).max(DECODING_CONTROLS[key].max).catch(PAPER_DECODING[key]);

/** How many similar exchanges may come before a conversation, and from how many replies the best may be chosen. */
export const EXCHANGE_COUNTS = [0, 2, 3];
export const BEST_OF_COUNTS = [1, 2, 4];

/** The settings that decide how a reply is made: a link to the chat carries them, in this order. */
const shared = {
  representation: z.enum(REPRESENTATION_IDS).catch('raw'),
  tagger: z.enum(TAGGER_IDS).catch('wink'),
  keptTags: z.array(z.enum(UPOS)).catch(() => [...KEY_UPOS]),
  systemPrompt: z.string().catch(DEFAULT_SYSTEM_PROMPT),
  temperature: within('temperature'),
  topP: within('topP'),
  topK: within('topK'),
  maxNewTokens: within('maxNewTokens'),
  exchanges: z.literal(EXCHANGE_COUNTS).catch(NO_ASSIST.exchanges),
  bestOf: z.literal(BEST_OF_COUNTS).catch(NO_ASSIST.bestOf),
  /** Limit of the context in tokens; null for the model's whole window. */
  budget: z.number().int().positive().nullable().catch(null),
  /** What happens to old turns when the conversation outgrows the window. */
  overflow: z.enum(OVERFLOW_IDS).catch(DEFAULT_OVERFLOW),
  /** Whether the newest message is sent as written; the paper compresses it too. */
  newestWhole: z.boolean().catch(true),
  /** Whether compressions keep negations; the paper's drop them. */
  keepNegations: z.boolean().catch(false),
  seed: z
    .number()
    .int()
    .min(0)
    .max(0xffffffff)
    .catch(() => randomSeed()),
  seedLocked: z.boolean().catch(false),
};

/** The settings that concern only the person and this screen. */
const own = {
  showDropped: z.boolean().catch(true),
  contextOpen: z.boolean().catch(true),
  introSeen: z.boolean().catch(false),
  /** Shows numbers, compressions and what the model sees; without it the chat is one calm column. */
  labView: z.boolean().catch(false),
};

const schema = z.object({ ...shared, ...own });

export type Settings = z.output<typeof schema>;
type Shared = keyof typeof shared;

export const SHARED_SETTINGS = Object.keys(shared) as Shared[];

/** What a link's settings are checked with: unlike stored ones, wrong values are refused. */
export const SHARED_SHAPE = Object.fromEntries(
  SHARED_SETTINGS.map((key) => [key, shared[key].unwrap()]),
) as unknown as { [Key in Shared]: z.ZodType<Settings[Key]> };

/** The settings that a link changes: all that it can carry, as in a new profile where it is silent. */
export const settingsFrom = (carried: Partial<Settings>): Partial<Settings> => {
  const usual = schema.parse({});
  return Object.fromEntries(SHARED_SETTINGS.map((key) => [key, carried[key] ?? usual[key]]));
};

/** The query of a link that carries these settings: the compression, and what differs from a new profile. */
export function sharedQuery(settings: Readonly<Settings>): string {
  const usual = schema.parse({});
  const differs = (key: Shared): boolean =>
    key === 'seed' ? settings.seedLocked : JSON.stringify(settings[key]) !== JSON.stringify(usual[key]);
  const carried = SHARED_SETTINGS.filter((key) => key === 'representation' || differs(key));
  return writeQuery(Object.fromEntries(carried.map((key) => [key, settings[key]])));
}

export class SettingsState {
  readonly #stored: Stored<typeof schema>;

  constructor(texts: TextStore) {
    this.#stored = new Stored(texts, 'settings', schema);
  }

  get current(): Readonly<Settings> {
    return this.#stored.current;
  }

  set(change: Partial<Settings>): void {
    Object.assign(this.#stored.current, change);
    this.#stored.save();
  }

  /** The settings of the next reply; draws a new seed first, unless the seed is locked. */
  nextDecoding(): Decoding {
    if (!this.current.seedLocked) this.set({ seed: randomSeed() });
    const { temperature, topP, topK, maxNewTokens, seed } = this.current;
    return { temperature, topP, topK, maxNewTokens, seed };
  }
}

export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
