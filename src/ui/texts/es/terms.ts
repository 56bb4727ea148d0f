import type { Terms } from '../terms.ts';

export const terms: Terms = {
  compressions: {
    raw: 'Todas las palabras tal como se escribieron.',
    keypos: 'Solo las palabras de las categorías gramaticales clave, como sustantivos, verbos y pronombres.',
    nostopwords: 'Todo menos las 179 palabras más frecuentes del inglés.',
  },
};
