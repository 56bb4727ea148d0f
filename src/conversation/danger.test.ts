import { describe, expect, it } from 'vitest';
import { signalOf, saidOn } from './danger.ts';
import { exportConversations, importConversations } from './exchange.ts';
import { append, createConversation, editAndBranch, pathTo } from './tree.ts';

const FIRST = () => 'Are you safe?';

function dangerous() {
  const asked = append(createConversation(), { speaker: 'seeker', text: 'I want to die' });
  const answered = append(asked.conversation, { speaker: 'supporter', text: 'What a day.' });
  return append(answered.conversation, { speaker: 'seeker', text: 'I went for a walk.' });
}

describe('a turn that signals danger', () => {
  it('stays as written, with the reply that the person read first', () => {
    expect(saidOn(pathTo(dangerous().conversation), FIRST)).toEqual([
      { speaker: 'seeker', text: 'I want to die', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
      { speaker: 'seeker', text: 'I went for a walk.', whole: false },
    ]);
  });

  it('is known again when it was noticed then but is no longer', () => {
    const message = { speaker: 'seeker', text: 'Nothing to see', noticed: { level: 'danger', kinds: ['suicide'] } } as const;
    expect(signalOf({ ...message, noticed: { ...message.noticed, kinds: ['suicide'] } }).level).toBe('danger');
    expect(signalOf({ speaker: 'seeker', text: 'I want to die', noticed: { level: 'concern', kinds: [] } }).level).toBe('danger');
    expect(signalOf({ speaker: 'supporter', text: 'I want to die' }).level).toBe('none');
  });

  it('stays one through an export and an import; an edited message is judged anew', () => {
    const { conversation } = dangerous();
    const [read] = importConversations(exportConversations([conversation])).conversations;
    expect(read?.messages).toEqual(conversation.messages);
    expect(importConversations(exportConversations([conversation]), () => conversation).alreadyHere).toHaveLength(1);
    const [first] = conversation.messages.keys();
    const edited = editAndBranch(conversation, first ?? '', 'I want to sleep');
    expect(edited.message.noticed).toBeUndefined();
  });

  it('imports from a version that notices other kinds', () => {
    const text = exportConversations([dangerous().conversation]).replaceAll('"suicide"', '"something new"');
    expect(importConversations(text).problems).toEqual([]);
  });
});
