import { describe, expect, it } from 'vitest';
import type { Message, Noticed } from './conversation.ts';
import { answeredOn, keyedUtterancesOn, utterancesOn, signalOf } from './danger.ts';
import { exportConversations, importConversations } from './exchange.ts';
import { append, createConversation, editAndBranch, notice, pathTo, rename } from './tree.ts';

const FIRST = () => 'Are you safe?';

function dangerous() {
  const asked = append(createConversation(), { speaker: 'seeker', text: 'I want to die' });
  const answered = append(asked.conversation, { speaker: 'supporter', text: 'What a day.' });
  return append(answered.conversation, { speaker: 'seeker', text: 'I went for a walk.' });
}

describe('a turn that signals danger', () => {
  it('is sent as written, with the reply that the person read first', () => {
    expect(utterancesOn(pathTo(dangerous().conversation), FIRST)).toEqual([
      { speaker: 'seeker', text: 'I want to die', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
      { speaker: 'seeker', text: 'I went for a walk.', whole: true },
    ]);
  });

  it('keeps the answer to the first reply whole, and only that', () => {
    const { conversation } = ['No', 'Thank you.', 'I feel a bit better'].reduce(
      (grown, text, i) => append(grown.conversation, { speaker: i === 1 ? 'supporter' : 'seeker', text }),
      append(append(createConversation(), { speaker: 'seeker', text: 'I want to die' }).conversation, {
        speaker: 'supporter',
        text: 'Oh.',
      }),
    );
    expect(utterancesOn(pathTo(conversation), FIRST).map(({ text, whole }) => [text, whole])).toEqual([
      ['I want to die', true],
      ['Are you safe?', true],
      ['No', true],
      ['Thank you.', false],
      ['I feel a bit better', false],
    ]);
  });

  it('is followed by the first reply even if the person kept writing before the model could answer', () => {
    const say = (texts: readonly [Message['speaker'], string][]) =>
      pathTo(
        texts.reduce((grown, [speaker, text]) => append(grown, { speaker, text }).conversation, createConversation()),
      );
    const first = ['Are you safe?', true];
    const read = (path: readonly Message[]) => utterancesOn(path, FIRST).map(({ text, whole }) => [text, whole]);
    const waiting = say([
      ['seeker', 'I want to die'],
      ['seeker', 'no'],
    ]);
    expect(read(waiting)).toEqual([['I want to die', true], first, ['no', true]]);
    // The model's own reply to both is collapsed, so it is not what the person read.
    const answered = say([
      ['seeker', 'Hello'],
      ['seeker', 'I want to die'],
      ['seeker', 'no'],
      ['supporter', 'Cheer up.'],
      ['seeker', 'ok'],
      ['supporter', 'Good.'],
      ['seeker', 'Yes'],
    ]);
    expect(answeredOn(answered).map(({ level }) => level)).toEqual([
      'none',
      'none',
      'none',
      'danger',
      'none',
      'none',
      'none',
    ]);
    expect(read(answered)).toEqual([
      ['Hello', false],
      ['I want to die', true],
      first,
      ['no', true],
      ['ok', true],
      ['Good.', false],
      ['Yes', false],
    ]);
    const twice = say([
      ['seeker', 'I want to die'],
      ['seeker', 'I will kill myself'],
      ['supporter', 'Hm.'],
      ['seeker', 'ok'],
    ]);
    expect(read(twice)).toEqual([['I want to die', true], first, ['I will kill myself', true], first, ['ok', true]]);
    const keys = keyedUtterancesOn(twice, FIRST).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('still counts if it was noticed then but no longer would be', () => {
    const message = {
      speaker: 'seeker',
      text: 'Nothing to see',
      noticed: { level: 'danger', kinds: ['suicide'] },
    } as const;
    expect(signalOf({ ...message, noticed: { ...message.noticed, kinds: ['suicide'] } }).level).toBe('danger');
    expect(signalOf({ speaker: 'seeker', text: 'I want to die', noticed: { level: 'concern', kinds: [] } }).level).toBe(
      'danger',
    );
    expect(signalOf({ speaker: 'supporter', text: 'I want to die' }).level).toBe('none');
  });

  it('survives export and import; an edited message is checked again', async () => {
    const { conversation } = dangerous();
    const [read] = (await importConversations(exportConversations([conversation]))).conversations;
    expect(read?.messages).toEqual(conversation.messages);
    const existing = () => Promise.resolve(new Map([[conversation.id, conversation]]));
    expect((await importConversations(exportConversations([conversation]), { existing })).alreadyHere).toHaveLength(1);
    const [first] = conversation.messages.keys();
    const edited = editAndBranch(conversation, first ?? '', 'I want to sleep');
    expect(edited.message.noticed).toBeUndefined();
  });

  it('imports from a version that detects other kinds', async () => {
    const text = exportConversations([dangerous().conversation]).replaceAll('"suicide"', '"something new"');
    expect((await importConversations(text)).problems).toEqual([]);
  });
});

describe('the name of a conversation', () => {
  const named = (text: string) => append(createConversation(), { speaker: 'seeker', text });

  it.each(['I want to die', 'My boyfriend hits me', 'I took a whole box of pills'])('is not made of "%s"', (text) => {
    const { conversation } = named(text);
    expect(conversation.title).toMatch(/^Conversation of \S.+\d{4}$/u);
    // Nor is it made of a later message, and clearing the name does not bring it back.
    expect(append(conversation, { speaker: 'seeker', text: 'Hello' }).conversation.title).toBe(conversation.title);
    expect(rename(rename(conversation, 'Mine'), ' ').title).toBe(conversation.title);
  });

  it('loses words in which danger is noticed later, unless the person chose the name', () => {
    const { conversation, message } = named('I gave my cat away');
    expect(conversation.title).toBe('I gave my cat away');
    const seen: Noticed = { level: 'danger', kinds: ['suicide'] };
    expect(notice(conversation, message.id, seen).title).toMatch(/^Conversation of/u);
    expect(notice(conversation, message.id, { level: 'concern', kinds: [] }).title).toBe('I gave my cat away');
    expect(notice(rename(conversation, 'Cats'), message.id, seen).title).toBe('Cats');
  });
});
