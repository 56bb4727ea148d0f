import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const tour: Catalogue['tour'] = {
  lead:
    'Tres paradas en unos 90 segundos. No se carga ningún modelo: las respuestas las escribió de antemano el modelo ' +
    'del laboratorio.',
  englishExample: 'El ejemplo y sus respuestas están en inglés.',
  stopList: 'Paradas del recorrido',
  stops: {
    seen: {
      title: 'Lo que lee el modelo',
      says:
        'Un modelo de lenguaje lee la conversación antes de cada respuesta. Para que cueste menos, se pueden quitar ' +
        'antes algunas palabras. Elige un método y mira lo que queda: las palabras tachadas nunca llegan al modelo.',
    },
    compare: {
      title: 'Lo que responde',
      says:
        'El mismo mensaje, el mismo modelo, los mismos números aleatorios; solo cambia el contexto. Menos tokens ' +
        'cuestan menos tiempo y memoria. Lee las respuestas: ¿qué ha entendido todavía cada una?',
    },
    window: {
      title: 'Lo que todavía cabe',
      says:
        'Un modelo solo puede abarcar cierta cantidad de tokens: su ventana de contexto. Cuando una conversación es ' +
        'más larga, primero salen las intervenciones más antiguas. Haz más pequeña la ventana: KeyPOS olvida ' +
        'palabras y Raw olvida intervenciones enteras.',
    },
  },
  back: 'Atrás',
  next: 'Siguiente',
  ownWords: 'Probar con tus propias palabras',
  more: 'Más comparaciones',
  leave: 'Salir del recorrido',
  resumes: 'Cuando vuelvas, seguirá aquí.',

  seeker: 'Persona que busca apoyo',
  supporter: 'Persona que da apoyo',
  left: (compression, n, whole) => `${compression}: ${count(n, 'token', 'tokens')} de ${whole}.`,
  window: 'Ventana:',
  kept: (turns, all, n) => `${turns} de ${all} intervenciones, ${count(n, 'token', 'tokens')}`,
};
