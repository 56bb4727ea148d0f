import { describe, expect, it } from 'vitest';
import { KEY_UPOS } from '../../core/compression/representation.ts';
import { loadRepresentation } from '../../core/compression/load.ts';
import { UPOS, type Upos } from '../../core/compression/representation.ts';
import { PART_EXAMPLES } from './parts-of-speech.ts';

/** Each example in a sentence, because a word's part of speech depends on the words around it. */
const SENTENCES: Partial<Record<Upos, string[]>> = {
  NOUN: ['My friend is here.', 'My work is hard.'],
  PROPN: ['I met Anna.', 'See you on Monday.'],
  PRON: ['I am sad.', 'They like you.', 'I know this.'],
  VERB: ['I feel alone.', 'I lost my job.'],
  AUX: ['I am sad.', 'I can sleep.', 'I have slept.'],
  ADJ: ['I am lonely.', 'My new job is hard.'],
  ADV: ['I really try.', 'I never sleep.'],
  ADP: ['I live in London.', 'I live with him.', 'I think about him.'],
  SCONJ: ['I cry because I am sad.', 'I cry if I am sad.'],
  CCONJ: ['Tom and Anna came.', 'I try but I fail.'],
  DET: ['I saw the dog.', 'I saw a dog.', 'I ate some bread.'],
  NUM: ['I have two cats.', 'It was in 2026.'],
  PART: ['I want to go.', 'I do not know.', 'It is my friend’s house.'],
  INTJ: ['Oh, I see.', 'Yes, I do.'],
  PUNCT: ['I am sad.', 'Well, I am sad.', 'Why?'],
  SYM: ['It costs $ 5.', 'I am fine :)'],
};

describe('the examples of the tag editor', () => {
  it.each(UPOS.filter((tag) => SENTENCES[tag]))(
    'are tagged as %s, and KeyPOS keeps or drops them accordingly',
    async (tag) => {
      const { compress } = await loadRepresentation('keypos');
      const examples = PART_EXAMPLES[tag]?.split(tag === 'PUNCT' ? ' ' : ', ') ?? [];
      expect(examples).toHaveLength(SENTENCES[tag]?.length ?? 0);
      examples.forEach((example, i) => {
        const sentence = SENTENCES[tag]?.[i] ?? '';
        const span = compress(sentence).spans.find(
          ({ start, end }) => sentence.slice(start, end).toLowerCase() === example.toLowerCase(),
        );
        expect({ example, tag: span?.tag, keep: span?.keep }).toEqual({ example, tag, keep: KEY_UPOS.includes(tag) });
      });
    },
  );
});
