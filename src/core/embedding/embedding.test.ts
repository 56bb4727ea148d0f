import { describe, expect, it } from 'vitest';
import { closest } from './closest.ts';
import { embedderOf, rememberingEmbedder, sentenceEmbedding } from './embedder.ts';

const unit = (...values: number[]): Float32Array => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};

describe('sentenceEmbedding', () => {
  it('takes the normalised mean of the token vectors', () => {
    const embedding = sentenceEmbedding({ ids: [1, 2], embeddings: new Float32Array([3, 0, 3, 8]) });
    expect([...embedding].map((value) => value.toFixed(2))).toEqual(['0.60', '0.80']);
  });
});

describe('closest', () => {
  const vectors = [unit(1, 0), unit(0, 1), unit(1, 1), unit(1, 0)];

  it('gives the closest vectors first, equal ones in their order', () => {
    expect(closest(unit(1, 0), vectors, { most: 3 }).map(({ index }) => index)).toEqual([0, 3, 2]);
  });

  it('leaves out what is not close enough', () => {
    expect(closest(unit(1, 0), vectors, { most: 9, atLeast: 0.8 }).map(({ index }) => index)).toEqual([0, 3]);
    expect(closest(unit(1, 0), [], { most: 2 })).toEqual([]);
  });
});

describe('rememberingEmbedder', () => {
  it('embeds each text once', async () => {
    const asked: string[][] = [];
    const embedder = rememberingEmbedder(
      embedderOf({
        encode: (texts) => {
          asked.push([...texts]);
          return Promise.resolve(texts.map((text) => ({ ids: [1], embeddings: new Float32Array([text.length, 0]) })));
        },
      }),
    );
    expect(await embedder.embed(['a', 'b', 'a'])).toHaveLength(3);
    expect((await embedder.embed(['b', 'c']))[1]).toEqual(new Float32Array([1, 0]));
    await embedder.embed(['a', 'c']);
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });
});
