import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NO_ASSIST } from '../../core/assist/assist.ts';
import { KEY_UPOS } from '../../core/compression/representation.ts';
import { DEFAULT_SYSTEM_PROMPT } from '../../core/conversation/system-prompt.ts';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { Dismissals } from './dismissals.svelte.ts';
import { Drafts } from './drafts.ts';
import { readQuery } from '../../core/links/query.ts';
import { settingsFrom, SettingsState, SHARED_SETTINGS, SHARED_SHAPE, sharedQuery } from './settings.svelte.ts';
import { Stored } from './stored.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';
import { ThemeChoice } from './theme.svelte.ts';

describe('a stored value', () => {
  const schema = z.object({ count: z.number().catch(1), name: z.string().catch('none') });

  it('survives a reload', () => {
    const texts = memoryTexts();
    const stored = new Stored(texts, 'thing', schema);
    stored.current = { count: 2, name: 'two' };
    stored.current.name = 'deux';
    stored.save();
    expect(new Stored(texts, 'thing', schema).current).toEqual({ count: 2, name: 'deux' });
    expect([...texts.texts.keys()]).toEqual(['solace.thing']);
  });

  it.each([
    ['nothing', {}],
    ['no JSON', { 'solace.thing': '{' }],
    ['no object', { 'solace.thing': '[]' }],
  ])('has its defaults if there is %s', (_, texts: Record<string, string>) => {
    expect(new Stored(memoryTexts(texts), 'thing', schema).current).toEqual({ count: 1, name: 'none' });
  });

  it('keeps valid fields next to a broken one', () => {
    const texts = memoryTexts({ 'solace.thing': '{"count":"many","name":"two"}' });
    expect(new Stored(texts, 'thing', schema).current).toEqual({ count: 1, name: 'two' });
  });
});

describe('the settings', () => {
  it('start with those of the paper', () => {
    const { temperature, topP, topK, maxNewTokens } = PAPER_DECODING;
    expect(new SettingsState(memoryTexts()).current).toMatchObject({
      representation: 'raw',
      tagger: 'wink',
      keptTags: KEY_UPOS,
      systemPrompt: DEFAULT_SYSTEM_PROMPT,
      budget: null,
      temperature,
      topP,
      topK,
      maxNewTokens,
      ...NO_ASSIST,
    });
  });

  it('survive a reload, and one out of range is replaced', () => {
    const texts = memoryTexts();
    new SettingsState(texts).set({ representation: 'keypos', temperature: -5, introSeen: true });
    expect(new SettingsState(texts).current).toMatchObject({
      representation: 'keypos',
      temperature: PAPER_DECODING.temperature,
      introSeen: true,
    });
  });

  it('draw a seed for each reply unless it is locked', () => {
    const settings = new SettingsState(memoryTexts());
    const seeds = Array.from({ length: 4 }, () => settings.nextDecoding().seed);
    expect(new Set(seeds).size).toBeGreaterThan(1);
    expect(settings.current.seed).toBe(seeds.at(-1));
    settings.set({ seed: 7, seedLocked: true });
    expect([settings.nextDecoding().seed, settings.nextDecoding().seed]).toEqual([7, 7]);
  });
});

describe('dismissals', () => {
  it('survive a reload, but only the latest 500', () => {
    const texts = memoryTexts();
    const dismissals = new Dismissals(texts);
    for (let i = 0; i <= 500; i++) dismissals.add(`m${i}`);
    expect(['m0', 'm1', 'm500'].map((id) => new Dismissals(texts).has(id))).toEqual([false, true, true]);
  });
});

describe('drafts', () => {
  it('are kept by conversation, and removed once they are empty', () => {
    const texts = memoryTexts();
    const drafts = new Drafts(texts);
    drafts.write(null, 'Hello');
    drafts.write('c1', 'I am tired');
    expect([drafts.read(null), drafts.read('c1'), drafts.read('c2')]).toEqual(['Hello', 'I am tired', '']);
    drafts.write('c1', '');
    expect([...texts.texts.keys()]).toEqual(['solace.draft.new']);
  });
});

describe('the theme', () => {
  it('is the one that public/theme.js set before the first paint', () => {
    expect(new ThemeChoice({ dataset: { theme: 'dark' } }, memoryTexts()).current).toBe('dark');
    expect(new ThemeChoice({ dataset: { theme: 'purple' } }, memoryTexts()).current).toBe('system');
  });

  it('is set on the page and stored, or left to the system', () => {
    const root: { dataset: Record<string, string> } = { dataset: {} };
    const texts = memoryTexts();
    const theme = new ThemeChoice(root, texts);
    theme.set('light');
    expect([theme.current, root.dataset['theme'], texts.get('solace.theme')]).toEqual(['light', 'light', 'light']);
    theme.set('system');
    expect([theme.current, root.dataset['theme'], texts.get('solace.theme')]).toEqual(['system', undefined, null]);
  });
});

describe('settings in a link', () => {
  it('are all settings that decide how a reply is made; each setting is one of these or the person’s own', () => {
    const all = Object.keys(new SettingsState(memoryTexts()).current);
    const own = ['showDropped', 'contextOpen', 'introSeen', 'labView'];
    expect([...SHARED_SETTINGS, ...own].toSorted()).toEqual(all.toSorted());
  });

  it('come back as they were, in a profile that had others', () => {
    const teacher = new SettingsState(memoryTexts());
    teacher.set({
      representation: 'keypos',
      keptTags: ['NOUN'],
      budget: 512,
      temperature: 0,
      systemPrompt: 'Be brief.',
    });
    const student = new SettingsState(memoryTexts());
    student.set({ topK: 3, budget: 999, showDropped: false });
    const { values, refused } = readQuery(sharedQuery(teacher.current), SHARED_SHAPE);
    student.set(settingsFrom(values));
    expect(refused).toEqual([]);
    for (const key of SHARED_SETTINGS.filter((key) => key !== 'seed')) {
      expect(student.current[key]).toEqual(teacher.current[key]);
    }
    expect(student.current.showDropped).toBe(false);
  });

  it('name only what differs from a new profile, and the seed where it is locked', () => {
    const settings = new SettingsState(memoryTexts());
    expect(sharedQuery(settings.current)).toBe('representation=raw');
    settings.set({ seed: 7, seedLocked: true, topP: 0.5 });
    expect(sharedQuery(settings.current)).toBe('representation=raw&topP=0.5&seed=7&seedLocked=true');
  });

  it('are refused where they are out of range, not replaced', () => {
    expect(readQuery('temperature=9&representation=raw', SHARED_SHAPE)).toEqual({
      values: { representation: 'raw' },
      refused: ['temperature'],
    });
  });
});
