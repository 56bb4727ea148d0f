import type { Random } from '../../src/core/random/random.ts';

/** Words of one kind: replacing one with another makes a fact wrong. */
const KINDS: readonly (readonly string[])[] = [
  ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'twenty', 'thirty'],
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  ['morning', 'afternoon', 'evening', 'night'],
  ['today', 'yesterday', 'tomorrow'],
  ['minutes', 'hours', 'days', 'weeks', 'months', 'years'],
  ['mother', 'father', 'sister', 'brother', 'son', 'daughter', 'wife', 'husband', 'aunt', 'uncle', 'boss', 'teacher'],
  ['mum', 'dad', 'nan', 'cousin', 'friend', 'neighbour', 'manager', 'doctor'],
  ['he', 'she', 'they', 'you', 'i'],
  ['him', 'her', 'them', 'me', 'you'],
  ['his', 'your', 'my', 'their'],
  ['before', 'after', 'during', 'without'],
  ['first', 'second', 'last'],
  ['said', 'wrote', 'asked', 'refused', 'forgot'],
  ['left', 'stayed', 'came', 'called'],
  ['kitchen', 'car', 'bed', 'office', 'school', 'garden', 'hospital', 'shop'],
  ['dog', 'cat', 'horse', 'bird'],
  ['can', 'cannot'],
  ['is', "isn't"],
  ['was', "wasn't"],
  ['did', "didn't"],
];
const KIND_OF = new Map(KINDS.flatMap((kind) => kind.map((word) => [word, kind] as const)));

/** One word in this many of these kinds is replaced. */
const EVERY = 3;

/**
 * A reply with some of its facts wrong: about a third of its numbers, people, times and places, at least one, are
 * others of their kind. Null if it has none.
 */
export function mangled(reply: string, random: Random): string | null {
  const pieces = reply.split(/([\p{L}']+)/u);
  const places = pieces.flatMap((piece, i) => (KIND_OF.has(piece.toLowerCase()) ? [i] : []));
  if (places.length === 0) return null;
  const wanted = Math.ceil(places.length / EVERY);
  for (let done = 0; done < wanted; done++) {
    const [place = 0] = places.splice(Math.floor(random() * places.length), 1);
    const word = pieces[place] ?? '';
    const others = (KIND_OF.get(word.toLowerCase()) ?? []).filter((other) => other !== word.toLowerCase());
    const other = others[Math.floor(random() * others.length)] ?? word;
    pieces[place] = /^\p{Lu}/u.test(word) ? `${other.slice(0, 1).toUpperCase()}${other.slice(1)}` : other;
  }
  return pieces.join('');
}

/** Replies that fit everything and take up nothing. */
export const GENERIC: readonly string[] = [
  "I'm sorry to hear that. How are you feeling?",
  'I understand how you feel. That must be hard for you.',
  'That sounds really difficult. I am here for you.',
  'I understand. What do you want to talk about?',
  "It's okay to feel that way. Everything will be fine.",
  'Thank you for sharing. Is there anything else?',
  'I see. Can you tell me more about it?',
  'You are not alone. Many people go through this. It gets better with time.',
  "I'm here to help. What would you like to do?",
  'That is a lot to deal with. How does that make you feel?',
  'I hear you. It is important to take care of yourself.',
  'Have you tried talking to someone about it?',
  "Don't worry. You are strong and you can get through this.",
  "I can understand why you feel that way. It's a hard situation.",
  'It is important to remember that you are doing your best.',
  "That's a good thing to do. You can do it again tomorrow.",
  'I am glad that you told me. What is the next step?',
  "It's a hard thing to hear. What do you think about it?",
  'You can talk to a professional who can help you with this.',
  'Try to stay positive and think about the good things in your life.',
];
