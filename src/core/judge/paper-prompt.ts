import type { ChatMessage } from '../context/message.ts';
import { transcript, type Line } from './prompt.ts';

/**
 * What the paper's figure 7 asks of GPT-4 ("Leveraging Large Language Models for Emotionally Supportive Chatbots",
 * 2024). The figure's full text is not at hand: these are the words of a summary of it, turned into a request, and the
 * summary explains neither the criteria nor the ends of the scale.
 */
const REQUEST =
  "Rate the conversation's emotional support by Engagement, Comforting, Appropriateness and Suggestion, 0 to 5, " +
  'higher is better. Output a list with the four scores.';

/**
 * The paper's request about a conversation, or about one reply.
 * @param reference what people said in its place; empty if that is what is judged
 */
export function paperPrompt(reference: readonly Line[], dialogue: readonly Line[]): ChatMessage[] {
  const original = reference.length > 0 ? `Reference:\n${transcript(reference)}\n\n` : '';
  return [{ role: 'user', content: `${REQUEST}\n\n${original}Dialogue:\n${transcript(dialogue)}` }];
}
