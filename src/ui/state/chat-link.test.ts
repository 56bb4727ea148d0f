import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { pathTo } from '../../core/conversation/tree.ts';
import { DEFAULT_MODEL_ID } from '../../core/engine/embedded.ts';
import type { Dialogue } from '../../lab/index.ts';
import { chatHash, dialogueHash } from '../links.ts';
import { parseRoute } from '../routes.ts';
import { ChatLink } from './chat-link.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';

const DIALOGUE: Dialogue = {
  id: 'dialogue 3',
  scene: 'Grief',
  utterances: [
    { speaker: 'seeker', text: 'I miss him.' },
    { speaker: 'supporter', text: 'Tell me about him.' },
    { speaker: 'seeker', text: 'He sang.' },
  ],
};

/** A fresh profile that a link is opened in. */
function setUp({ loaded = false, models = ['other'] } = {}) {
  const settings = new SettingsState(memoryTexts());
  const saved: Conversation[] = [];
  const shown: (string | null)[] = [];
  let chosen = DEFAULT_MODEL_ID;
  const list = [DEFAULT_MODEL_ID, ...models].map((id) => ({ id, name: `Model ${id}`, summary: '', bytes: 1 }));
  const link = new ChatLink({
    settings,
    models: {
      list,
      get chosen() {
        return list.find(({ id }) => id === chosen) ?? { id: chosen, name: chosen, summary: '', bytes: 1 };
      },
      refresh: () => Promise.resolve(),
      choose: (id: string) => {
        if (!loaded) chosen = id;
      },
    },
    getDialogue: (dataset, id) => Promise.resolve(dataset === 'solace' && id === DIALOGUE.id ? DIALOGUE : undefined),
    save: (conversation) => Promise.resolve(void saved.push(conversation)),
    show: (id) => void shown.push(id),
  });
  const open = (hash: string) => link.open(parseRoute(hash).query);
  return { link, settings, saved, shown, open, chosen: () => chosen };
}

describe('a link to the chat', () => {
  it('shows the same settings and model in a fresh profile, says so, and is undone', async () => {
    const teacher = new SettingsState(memoryTexts());
    teacher.set({ representation: 'keypos', temperature: 0.2, systemPrompt: 'Be brief.', seed: 7, seedLocked: true });
    const { link, settings, shown, open, chosen } = setUp();
    const before = { ...settings.current };
    await open(chatHash(teacher.current, 'other'));
    expect({ ...settings.current, introSeen: true }).toEqual({ ...teacher.current, introSeen: true });
    expect([chosen(), shown]).toEqual(['other', [null]]);
    expect(link.note).toMatchObject({
      settings: ['compression KeyPOS', 'temperature 0.2', 'seed 7', 'model Model other'],
      systemPrompt: 'Be brief.',
      missing: [],
    });
    link.note?.undo?.();
    expect(settings.current).toEqual(before);
    expect([chosen(), link.note]).toEqual([DEFAULT_MODEL_ID, null]);
  });

  it('says which model is missing, or that another one is loaded', async () => {
    const { link, open } = setUp();
    await open(chatHash(new SettingsState(memoryTexts()).current, 'mine'));
    expect(link.note?.missing).toEqual([
      expect.stringMatching(/^The model “mine” is not in this browser; Model .* answers/),
    ]);
    const busy = setUp({ loaded: true });
    await busy.open(chatHash(new SettingsState(memoryTexts()).current, 'other'));
    expect(busy.link.note?.missing).toEqual([expect.stringContaining('To use the link’s model, load Model other.')]);
  });

  it('opens a dialogue up to a turn as a conversation of its own, and leaves the settings alone', async () => {
    const { link, settings, saved, shown, open } = setUp();
    settings.set({ temperature: 0.1 });
    await open(dialogueHash('chat', { dataset: 'solace', dialogue: DIALOGUE.id, turn: 2 }));
    expect(saved.map((conversation) => pathTo(conversation).map(({ text }) => text))).toEqual([
      ['I miss him.', 'Tell me about him.'],
    ]);
    expect([shown, link.note, settings.current.temperature]).toEqual([[saved[0]?.id], null, 0.1]);
  });

  it.each(['solace~gone', 'mine~dialogue 3', 'solace', '~', ''])(
    'says that a dialogue is missing: %s',
    async (dialogue) => {
      const { link, saved, shown, open } = setUp();
      await open(`#/chat?dialogue=${encodeURIComponent(dialogue)}`);
      expect([saved, shown]).toEqual([[], [null]]);
      expect(link.note?.missing).toEqual([expect.stringContaining('is not in this browser')]);
    },
  );

  it('refuses what is out of range, and says so', async () => {
    const { link, settings, open } = setUp();
    await open('#/chat?representation=raw&temperature=99&turn=-1');
    expect(settings.current.temperature).toBe(0.7);
    expect(link.note?.missing).toEqual([
      'The link’s value for “temperature” cannot be used here.',
      'The link’s value for “turn” cannot be used here.',
    ]);
  });
});
