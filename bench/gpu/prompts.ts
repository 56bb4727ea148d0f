import type { ChatTokenizer } from '../../src/core/tokenizer/chat-tokenizer.ts';
import type { Plan, Prompt, Round } from './plan.ts';

const WORDS = ['my sister', 'the exam', 'our house', 'a friend', 'the winter', 'work', 'the doctor', 'my neighbour'];

/** The first `words` words of a long letter; each round has another. */
function letter(round: number, words: number): string {
  const sentences = Array.from(
    { length: Math.ceil(words / 12) + 1 },
    (_, i) => `Then I thought about ${WORDS[(i * 3 + round) % WORDS.length]} for hours, and nothing got any better.`,
  );
  return `Letter ${round + 1}. ${sentences.join(' ')}`.split(' ').slice(0, words).join(' ');
}

/** Messages whose rendered prompt has `tokens` tokens, or as many fewer as whole words make necessary. */
export function promptOf(tokenizer: ChatTokenizer, tokens: number, rounds: number): Prompt {
  return {
    tokens,
    rounds: Array.from({ length: rounds }, (_, round) => fit(tokenizer, tokens, round)),
    warmUp: fit(tokenizer, tokens, rounds),
  };
}

function fit(tokenizer: ChatTokenizer, tokens: number, round: number): Round {
  const render = (content: string): Round => ({
    content,
    rendered: tokenizer.renderPrompt([{ role: 'user', content }]),
  });
  const lengthOf = ({ rendered }: Round): number => tokenizer.encode(rendered).length;
  let [low, high] = [1, tokens];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthOf(render(letter(round, middle))) <= tokens) low = middle;
    else high = middle - 1;
  }
  let best = render(letter(round, low));
  if (lengthOf(best) > tokens)
    throw new Error(`A prompt of ${tokens} tokens is too short: the chat template alone takes more.`);
  for (let more = 1; lengthOf(best) < tokens && more <= 8; more++) {
    const longer = render(`${letter(round, low)}${' a'.repeat(more)}`);
    if (lengthOf(longer) > tokens) break;
    best = longer;
  }
  return best;
}

/** Dialogues to train on, about as long as those of a corpus. */
export const trainingDialogues = (count: number): Plan['training']['dialogues'] =>
  Array.from({ length: count }, (_, i) => ({
    id: `dialogue ${i + 1}`,
    said: [
      `I can't stop thinking about ${WORDS[i % WORDS.length]}, and I have nobody to talk to.`,
      'That sounds exhausting, and lonely as well. What is the hardest part of it for you?',
      'The nights. Everything comes back when it is quiet.',
      'Nights can make everything louder. Would it help to plan one small thing for the evening together?',
    ],
  }));
