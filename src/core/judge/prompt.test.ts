import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { CRITERION_IDS } from './criteria.ts';
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
});
