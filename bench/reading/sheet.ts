import { shuffle } from '../../src/core/random/random.ts';
import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import type { Replies } from './format.ts';

/** The models behind the letters A, B, C … of a situation: drawn for each situation, the same for every reader. */
export function lettersOf(
  { models, situations }: Pick<Replies, 'models' | 'situations'>,
  id: string,
): Map<string, string> {
  const place = situations.findIndex((situation) => situation.id === id);
  const order = shuffle(Object.keys(models).sort(), seededRandom(1000 + place));
  return new Map(order.map((model, i) => [String.fromCharCode(65 + i), model]));
}

/** The situations with their replies in random order, as Markdown. */
export function readingSheet(replies: Replies): string {
  const parts = replies.situations.map(({ id, messages }) => {
    const talk = messages.map(({ role, content }) => `> **${role === 'user' ? 'Person' : 'Program'}**: ${content}`);
    const answers = [...lettersOf(replies, id)].map(
      ([letter, model]) => `**${letter}**: ${(replies.replies[id]?.[model] ?? '').replaceAll(/\s*\n\s*/g, ' / ')}`,
    );
    return [`## ${id}`, talk.join('\n>\n'), ...answers].join('\n\n');
  });
  return `${[INSTRUCTIONS, ...parts].join('\n\n')}\n`;
}

const INSTRUCTIONS = `# Blind reading

Each situation has one reply per model, in random order. Rank the replies by which you would rather give to this person:
does it take up what was said, is it clear, kind and honest, does it help the person to go on talking? A reply that
makes no sense, claims to be human, or harms comes last. Write one line per situation into a file \`choices-NAME.tsv\`:
the situation, a tab, and the letters from best to worst, such as \`B>A=C\` (= where you see no difference).`;
