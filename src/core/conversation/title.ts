const LONGEST = 60;
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A title from a message: its first 60 characters on one line, cut between words where possible. */
export function titleFrom(text: string): string {
  const line = text
    .slice(0, 20 * LONGEST)
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...graphemes.segment(line)].map(({ segment }) => segment);
  if (characters.length <= LONGEST) return line;
  const cut = characters.slice(0, LONGEST).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > LONGEST / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:.–—-]+$/u, '')}…`;
}

/** A name that reveals nothing of the content: the day it began, in local time. */
export const neutralTitle = (createdAt: number): string => `Conversation of ${day.format(createdAt)}`;
