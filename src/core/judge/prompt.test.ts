import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { CRITERION_IDS } from './criteria.ts';
import { PROMPT_IDS, PROMPTS } from './prompts.ts';
import { comparingPrompt, conversationPrompt, PROMPT_VERSION, replyPrompt } from './prompt.ts';
import { reply } from './testing/fake-judge.ts';

describe('prompts', () => {
  /** The hash of each version of the prompts. A change of wording is a new version: add it, never change an entry. */
  const VERSIONS: Record<number, string> = { 1: 'ba6b26330400f402' };

  it('have the wording of their version', () => {
    const asked = [
      replyPrompt(reply)([...CRITERION_IDS]),
      replyPrompt({ ...reply, reference: ' ' })([...CRITERION_IDS].reverse()),
      conversationPrompt(reply.context)([...CRITERION_IDS]),
      comparingPrompt(reply.context, 'a', 'b'),
    ];
    expect(bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 16)).toBe(
      VERSIONS[PROMPT_VERSION],
    );
  });

  it('of the paper has the words of a summary of its figure 7, in the order of the figure in every round', () => {
    const request =
      "Rate the conversation's emotional support by Engagement, Comforting, Appropriateness and Suggestion, 0 to 5, " +
      'higher is better. Output a list with the four scores.';
    const { reply: ofReply, conversation, version } = PROMPTS.paper;
    expect(version).toBe(1);
    const asked = [[...CRITERION_IDS], [...CRITERION_IDS].reverse()].map((order) => ofReply(reply)(order));
    expect(asked[0]).toEqual(asked[1]);
    expect(asked[0]).toEqual([
      {
        role: 'user',
        content:
          `${request}\n\nReference:\nSupporter: That is hard.\n\nDialogue:\nSeeker: I lost my job\n` +
          'Supporter: I am sorry.',
      },
    ]);
    const lines = [...reply.context, { speaker: 'supporter' as const, text: 'I see.' }];
    expect(conversation(lines)(CRITERION_IDS)).toEqual([
      { role: 'user', content: `${request}\n\nDialogue:\nSeeker: I lost my job\nSupporter: I see.` },
    ]);
  });

  it.each(PROMPT_IDS)('of %s shows the reference of a whole conversation before it', (id) => {
    const said = (text: string) => [...reply.context, { speaker: 'supporter' as const, text }];
    const [with_, without] = [said('What a person said.'), []].map(
      (reference) =>
        PROMPTS[id].conversation(said('What a model said.'), reference)(CRITERION_IDS).at(-1)?.content ?? '',
    );
    expect(with_?.indexOf('What a person said.')).toBeGreaterThan(0);
    expect(with_?.indexOf('What a model said.')).toBeGreaterThan(with_?.indexOf('What a person said.') ?? 0);
    expect(without).not.toContain('person said');
    expect(without).toContain('What a model said.');
  });
});
