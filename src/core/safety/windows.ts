/** Longer messages, in words, are split for the classifier: its training phrases are no longer than this. */
const WHOLE_WORDS = 60;
/** Words per window of a longer message, short enough that ordinary sentences do not drown out a dangerous one. */
export const WINDOW_WORDS = 24;
/** Maximum number of windows per message; the middle of a longer one is left to the phrases. */
export const MOST_WINDOWS = 24;
const LONGEST_WORD = 40;

/**
 * The windows of a message that the classifier reads. A short message is one window. A longer one is split at the ends
 * of sentences into windows of at most `WINDOW_WORDS` words, each beginning with the last sentence of the one before;
 * of a very long one only the first third and the last two thirds of `MOST_WINDOWS` windows are kept, since people end
 * with what matters.
 */
export function windowsOf(message: string): string[] {
  const sentences = sentencesOf(message);
  const all = sentences.flat();
  if (all.length <= WHOLE_WORDS) return all.length === 0 ? [] : [all.join(' ')];
  const windows: string[][] = [];
  let current: string[][] = [];
  const length = (): number => current.reduce((sum, words) => sum + words.length, 0);
  for (const words of sentences) {
    if (current.length > 0 && length() + words.length > WINDOW_WORDS) {
      windows.push(current.flat());
      const last = current.at(-1) ?? [];
      current = last.length + words.length <= WINDOW_WORDS ? [last] : [];
    }
    current.push(words);
  }
  if (current.length > 0) windows.push(current.flat());
  const texts = windows.map((words) => words.join(' '));
  const first = Math.floor(MOST_WINDOWS / 3);
  return texts.length <= MOST_WINDOWS ? texts : [...texts.slice(0, first), ...texts.slice(first - MOST_WINDOWS)];
}

/** The words of each sentence; one of more than `WINDOW_WORDS` words counts as several. */
function sentencesOf(message: string): string[][] {
  const sentences: string[][] = [];
  for (const sentence of message.split(/(?<=[.!?;\n。！？])/u)) {
    const words = sentence
      .split(/\s+/u)
      .filter(Boolean)
      .map((word) => word.slice(0, LONGEST_WORD));
    for (let at = 0; at < words.length; at += WINDOW_WORDS) sentences.push(words.slice(at, at + WINDOW_WORDS));
  }
  return sentences;
}
