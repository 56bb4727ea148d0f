import { expect, it } from 'vitest';
import type { Utterance } from '../dataset/dialogue.ts';
import { byteTokenizerFiles } from '../engine/testing/byte-tokenizer.ts';
import { chatTokenizerOf } from '../tokenizer/chat-tokenizer.ts';
import { dialogueSequence } from './example.ts';
import type { Sequence } from './sequence.ts';

const { tokenizer: json, config } = byteTokenizerFiles();
const files = new Map([
  ['tokenizer.json', JSON.stringify(json)],
  ['tokenizer_config.json', JSON.stringify(config)],
]);
const tokenizer = chatTokenizerOf(files, 'bytes');
const options = {
  tokenizer,
  endIds: [257],
  compress: (text: string) => text,
  labels: 'supporter' as const,
  system: '',
};

const UTTERANCES: Utterance[] = [
  { speaker: 'seeker', text: 'He left.' },
  { speaker: 'supporter', text: 'He left you.', strategy: 'Reflective Statements' },
  { speaker: 'seeker', text: 'Yes.' },
  { speaker: 'supporter', text: 'When?', strategy: 'Clarification' },
];

/** With | for the end of a turn. */
const textOf = ({ ids }: Sequence, keep: (index: number) => boolean): string =>
  tokenizer.decode([...ids].filter((_, i) => keep(i)).map((id) => (id === 257 ? '|'.charCodeAt(0) : id)));

it('learns the strategy before each reply, and shows later replies only the reply', () => {
  const sequence = dialogueSequence('d', UTTERANCES, { ...options, strategies: true });
  if (!sequence) throw new Error('There is nothing to learn.');
  const learnt = textOf(sequence, (i) => sequence.labelled[i] === 1);
  expect(learnt).toBe('(Reflective Statements) He left you.|(Clarification) When?|');
  const trunk = textOf(sequence, (i) => sequence.branches[i] === 0);
  expect(trunk).toContain('assistant\nHe left you.|');
  expect(trunk).not.toContain('(');
});

it('learns replies alone otherwise', () => {
  const sequence = dialogueSequence('d', UTTERANCES, options);
  if (!sequence) throw new Error('There is nothing to learn.');
  expect(textOf(sequence, (i) => sequence.labelled[i] === 1)).toBe('He left you.|When?|');
  expect(new Set(sequence.branches)).toEqual(new Set([0]));
});
