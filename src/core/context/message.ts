/** A message as a chat template sees it. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}
