import type { Conversation } from '../../core/conversation/conversation.ts';
import { conversationFrom } from '../../core/conversation/from-dialogue.ts';
import { DEFAULT_MODEL_ID } from '../../core/engine/embedded.ts';
import { readQuery } from '../../core/links/query.ts';
import { aboutRefused, CHAT_SHAPE } from '../links.ts';
import { shellTexts } from '../texts/shell.ts';
import { findDialogue, type DialogueFinder } from './given-dialogue.ts';
import type { Models } from './models.svelte.ts';
import { settingsFrom, SHARED_SETTINGS, type Settings, type SettingsState } from './settings.svelte.ts';

/** What a link changed, and what it asked for that is missing here. */
export interface LinkNote {
  settings: readonly string[];
  /** A system prompt is shown whole: it decides how the model treats the person. */
  systemPrompt: string | null;
  missing: readonly string[];
  /** Restores what was before; null if nothing was changed. */
  undo: (() => void) | null;
}

interface Dependencies {
  settings: Pick<SettingsState, 'current' | 'set'>;
  models: Pick<Models, 'list' | 'chosen' | 'refresh' | 'choose'>;
  getDialogue: DialogueFinder;
  save(conversation: Conversation): Promise<void>;
  /** Leads to a conversation, or to a new one for null. */
  show(id: string | null): void;
}

/** Opens the chat as a link describes it: settings, model, dialogue. */
export class ChatLink {
  note = $state.raw<LinkNote | null>(null);
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  readonly dismiss = (): void => void (this.note = null);

  async open(query: string): Promise<void> {
    const { settings } = this.#dependencies;
    const { values, refused } = readQuery(query, CHAT_SHAPE);
    const { model, dialogue, turn, ...carried } = values;
    const missing = aboutRefused(refused);
    const setsAny = SHARED_SETTINGS.some((key) => key in carried) || model !== undefined;
    const before = pick(settings.current);
    const modelBefore = this.#dependencies.models.chosen.id;
    if (setsAny) {
      settings.set(settingsFrom(carried));
      missing.push(...(await this.#choose(model ?? DEFAULT_MODEL_ID)));
    }
    const conversation = dialogue === undefined ? null : await this.#begin(dialogue, turn);
    if (typeof conversation === 'string') missing.push(conversation);
    const changed = setsAny ? await inWords(carried, this.#modelSince(modelBefore)) : [];
    this.note =
      setsAny || missing.length > 0
        ? {
            settings: changed,
            systemPrompt: carried.systemPrompt ?? null,
            missing,
            undo: setsAny ? () => this.#undo(before, modelBefore) : null,
          }
        : null;
    this.#dependencies.show(typeof conversation === 'string' ? null : (conversation?.id ?? null));
  }

  /** The name of the chosen model, if it is another one than before. */
  #modelSince(id: string): string | null {
    const { chosen } = this.#dependencies.models;
    return chosen.id === id ? null : chosen.name;
  }

  #undo(before: Partial<Settings>, model: string): void {
    this.#dependencies.settings.set(before);
    this.#dependencies.models.choose(model);
    this.note = null;
  }

  /** Chooses a model; the reason if that is not possible. */
  async #choose(id: string): Promise<string[]> {
    const { models } = this.#dependencies;
    if (models.chosen.id === id) return [];
    await models.refresh();
    if (!models.list.some((model) => model.id === id)) {
      return [shellTexts.linkModel(id, models.chosen.name)];
    }
    models.choose(id);
    // While another model is in memory, it stays the chosen one.
    const name = models.list.find((model) => model.id === id)?.name ?? id;
    return models.chosen.id === id ? [] : [shellTexts.linkModelWaits(models.chosen.name, name)];
  }

  /** Stores the dialogue as a new conversation; the reason if it is missing. */
  async #begin(named: string, turns?: number): Promise<Conversation | string> {
    const found = await findDialogue(named, this.#dependencies.getDialogue);
    if (typeof found === 'string') return found;
    const { systemPrompt } = this.#dependencies.settings.current;
    const conversation = conversationFrom(found, { systemPrompt, ...(turns !== undefined && { turns }) });
    await this.#dependencies.save(conversation);
    return conversation;
  }
}

const pick = (settings: Readonly<Settings>): Partial<Settings> =>
  Object.fromEntries(SHARED_SETTINGS.map((key) => [key, settings[key]]));

/** What was set, in words; without them the note still says that something was. Most visits need no such words. */
const inWords = (settings: Partial<Settings>, model: string | null): Promise<string[]> =>
  import('../chat/describe-settings.ts').then(
    ({ describeSettings }) => describeSettings(settings, model),
    () => [],
  );
