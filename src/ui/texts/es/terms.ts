import type { Terms } from '../terms.ts';

export const terms: Terms = {
  compressions: {
    raw: 'Todas las palabras tal como se escribieron.',
    keypos: 'Solo las palabras de las categorías gramaticales clave, como sustantivos, verbos y pronombres.',
    nostopwords: 'Todo menos las 179 palabras más frecuentes del inglés.',
  },
  examples: [
    {
      title: 'Las palabras pequeñas pueden cambiar el sentido',
      why:
        'Rowan dice «I’m not being difficult» y «I don’t do the face». «Not» no es una palabra clave, así que ' +
        'KeyPOS la quita y la frase dice lo contrario.',
    },
    {
      title: 'Los nombres y los lugares se conservan',
      why:
        'La hija de Harold, su mujer, un lago y una biblioteca: las dos compresiones conservan los sustantivos y los ' +
        'nombres. ¿Qué hace cada respuesta con ellos?',
    },
    {
      title: 'Una conversación larga y lo que se ahorra',
      why:
        'Veintiuna intervenciones, de las que el modelo lee todas las palabras o la mitad. Cuanto más larga es una ' +
        'conversación, más se ahorra y menos queda de la voz propia de la persona.',
    },
  ],
};
