import { afterEach, describe, expect, it } from 'vitest';
import { HELP_LINES, linesOf } from '../../core/safety/help/lines.ts';
import { CRISIS_KINDS } from '../../core/safety/kinds.ts';
import { helpTexts } from '../texts/help.ts';
import { speak } from '../texts/in-use.svelte.ts';
import { LANGUAGE_IDS } from '../texts/languages.ts';
import { LOAD_TEXTS } from '../texts/load.ts';
import { firstReply } from './first-reply.ts';
import { contactOf, regionOf } from './line-texts.ts';

afterEach(() => speak('en', null));

describe.each(LANGUAGE_IDS)('the words for a person in danger (%s)', (id) => {
  const speakIt = async (): Promise<void> => speak(id, id === 'en' ? null : (await LOAD_TEXTS[id]()).catalogue);

  it('of the banner are calm and short', async () => {
    await speakIt();
    for (const text of [helpTexts.danger, `${helpTexts.concern}${helpTexts.concernBody}`]) {
      expect(text).not.toMatch(/!/);
      expect(text.split(/\s+/).length).toBeLessThan(60);
    }
  });

  it.each([...CRISIS_KINDS, undefined])(
    'of the first reply (%s) ask directly and offer a person and a number',
    async (kind) => {
      await speakIt();
      for (const country of ['GB', 'US', 'IT', 'IN', undefined]) {
        const lines = linesOf(country);
        const reply = firstReply(kind ? [kind] : [], lines);
        expect(reply).toContain('?');
        expect(reply).not.toMatch(/!|[{}]/);
        expect(reply.split(/\s+/).length).toBeLessThan(95);
        const emergency = lines.find((line) => line.kind === 'emergency');
        expect(reply).toContain(emergency?.contact ?? helpTexts.emergencyNumber);
        const listener = lines.find((line) => line.kind === 'talk');
        expect(reply).toContain(
          listener ? helpTexts.listener(listener.name, contactOf(listener, true)) : helpTexts.listeners,
        );
        expect(helpTexts.listener('', '988') + helpTexts.listeners).toMatch(/988.*findahelpline\.com/);
      }
    },
  );

  it('of a line keep its number, and name its place', async () => {
    await speakIt();
    for (const line of HELP_LINES) {
      const digits = (text: string): string => text.replace(/\D/g, '');
      expect(digits(contactOf(line))).toBe(digits(line.contact));
      expect(digits(contactOf(line, true))).toBe(digits(line.contact));
      expect(regionOf(line)).toMatch(/^\p{Lu}[\p{L} ]+$/u);
    }
  });
});

it('of the first reply address what is most urgent, and name its lines', async () => {
  expect(firstReply(['suicide', 'overdose'], [])).toContain('If you have taken something');
  expect(firstReply(['suicide', 'abuse'], linesOf('GB'))).toContain('killing yourself');
  expect(firstReply(['suicide'], [])).toContain('your local emergency number');
  expect(firstReply(['suicide'], linesOf('US'))).toMatch(/People who listen: .*, call or text 988\. You can keep/);
  speak('de', (await LOAD_TEXTS.de()).catalogue);
  expect(firstReply(['suicide', 'abuse'], linesOf('DE'))).toMatch(
    /das Leben zu nehmen.* ruf bitte die 112 an .*0800 111 0 111/s,
  );
  speak('es', (await LOAD_TEXTS.es()).catalogue);
  expect(firstReply(['suicide'], [])).toContain('llama al número de emergencias de tu país');
});
