import { describe, expect, it } from 'vitest';
import { ggufPartNames, ggufTitle } from './parts.ts';

describe('the parts of a GGUF file', () => {
  it('are named from any of them', () => {
    const names = ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf'];
    for (const name of names) expect(ggufPartNames(name)).toEqual(names);
    expect(names.map(ggufTitle)).toEqual(['m', 'm', 'm']);
  });

  it('are one if it is not split', () => {
    expect(ggufPartNames('folder/model-2-of-3.Q8_0.gguf')).toEqual(['folder/model-2-of-3.Q8_0.gguf']);
    expect(ggufTitle('model-2-of-3.Q8_0.gguf')).toBe('model-2-of-3.Q8_0');
  });
});
