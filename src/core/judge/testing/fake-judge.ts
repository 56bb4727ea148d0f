import type { LoadedModel, TokenScore } from '../../engine/engine.ts';

/** The scores of all criteria; those that are not given equal the first. */
export const scores = (
  engagement: number,
  comforting = engagement,
  appropriateness = engagement,
  suggestion = engagement,
) => ({ engagement, comforting, appropriateness, suggestion });

/** A reply to be judged. */
export const reply = {
  context: [{ speaker: 'seeker' as const, text: 'I lost\nmy job' }],
  candidate: 'I am sorry.',
  reference: 'That is hard.',
};

/** A judge that gives these answers in order and then repeats the last. */
export function fakeJudge(...answers: string[]): LoadedModel & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    info: {
      modelId: 'judge',
      engine: 'transformers',
      device: 'cpu',
      features: { seed: true, topK: true, resumes: true },
      contextWindow: 4096,
    },
    tokenizer: {
      renderPrompt: (messages) => Promise.resolve(messages.map(({ content }) => content).join('\n')),
      countTokens: (texts) => Promise.resolve(texts.map(({ length }) => length)),
    },
    // One character per token; the last digit k has the probability 2^-(k+1), normalised over 0 to 5.
    scorer: {
      score: (text) =>
        Promise.resolve(
          Array.from(text).map((character, i): TokenScore => ({
            id: i,
            text: character,
            logprob: /\d/.test(character) ? -(Number(character) + 1) * Math.LN2 : -1,
          })),
        ),
    },
    async *stream(messages) {
      asked.push(messages.at(-1)?.content ?? '');
      yield { type: 'text', text: answers[Math.min(asked.length, answers.length) - 1] ?? '' };
      yield { type: 'done', reason: 'stop', stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 } };
    },
    unload: () => Promise.resolve(),
  };
}
