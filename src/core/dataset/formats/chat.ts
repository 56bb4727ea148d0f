import { z } from 'zod';
import type { Speaker, Utterance } from '../dialogue.ts';
import { optionalId, optionalText } from './fields.ts';
import { BadRecord, recordsIn, refuseHuge, type RecordFormat } from './format.ts';

/** Speakers by their names in files; null for messages of neither speaker. */
const ROLES = new Map<string, Speaker | null>([
  ...['user', 'human', 'seeker'].map((role): [string, Speaker] => [role, 'seeker']),
  ...['assistant', 'gpt', 'chatgpt', 'bot', 'model', 'supporter'].map((role): [string, Speaker] => [role, 'supporter']),
  ...['system', 'developer', 'tool', 'function'].map((role): [string, null] => [role, null]),
]);

const content = z.union(
  [
    z.string(),
    z
      .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
      .transform((parts) => parts.map(({ text }) => text ?? '').join('')),
  ],
  { error: 'There is no text.' },
);
const message = z
  .object({
    role: z.string().optional(),
    from: z.string().optional(),
    content: content.optional(),
    value: content.optional(),
  })
  .transform(({ role, from, content: own, value }, context) => {
    const name = (role ?? from ?? '').trim().toLowerCase();
    const speaker = ROLES.get(name);
    if (speaker === undefined)
      context.addIssue({ code: 'custom', path: ['role'], message: `The role "${name.slice(0, 40)}" is unknown.` });
    const text = own ?? value;
    if (text === undefined && speaker)
      context.addIssue({ code: 'custom', path: ['content'], message: 'There is no text.' });
    return { speaker: speaker ?? null, text: text ?? '' };
  });
const record = z.object({
  id: optionalId,
  scene: optionalText,
  stratum: optionalText,
  messages: z.array(message).optional(),
  conversations: z.array(message).optional(),
  conversation: z.array(message).optional(),
  text: z.string().optional(),
});

const [BEGINS, ENDS] = ['<|im_start|>', '<|im_end|>'];

/**
 * Chats in the formats of fine-tuning tools, one per line: `messages` of role and content (OpenAI), `conversations` of
 * from and value (ShareGPT), or `text` already rendered as ChatML. System and tool messages are skipped. `scene` or
 * `stratum` may name the topic.
 */
export const CHAT: RecordFormat = {
  name: 'Chat messages',
  recognises: (json) =>
    ['messages', 'conversations', 'conversation'].some(
      (key) => key in json && (recordsIn(json[key]).length > 0 || Array.isArray(json[key])),
    ) ||
    (typeof json['text'] === 'string' && json['text'].includes('<|im_start|>')),
  read(json) {
    const { id, scene, stratum, messages, conversations, conversation, text } = record.parse(json);
    const said =
      messages ??
      conversations ??
      conversation ??
      (text === undefined ? undefined : z.array(message).parse(chatMl(text)));
    if (!said) throw new BadRecord('There are no messages.');
    return { id, scene: scene ?? stratum, utterances: said.filter((each): each is Utterance => each.speaker !== null) };
  },
};

/**
 * The messages of a ChatML text. Not matched by a regular expression, which takes quadratic time in the number of marks
 * if no line ends. An unfinished message at the very end is the prompt for the next one.
 */
function chatMl(text: string): { role: string; content: string }[] {
  const parts = text.split(BEGINS).slice(1);
  if (parts.at(-1)?.includes('\n') === false) parts.pop();
  refuseHuge({ text: parts });
  return parts.map((part) => {
    const [role = ''] = part.split('\n', 1);
    const [content = ''] = part.slice(role.length + 1).split(ENDS, 1);
    return { role, content };
  });
}
