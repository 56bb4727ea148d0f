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
        'Un modelo de lenguaje lee la conversación antes de cada respuesta, en tokens: palabras cortas y trozos de ' +
        'las más largas. Para que cueste menos, se pueden quitar antes algunas palabras: las tachadas nunca llegan ' +
        'al modelo. KeyPOS quita artículos, verbos auxiliares, signos de puntuación y «not». Por eso «I don’t do the ' +
        'face» dice lo contrario.',
    },
    compare: {
      title: 'Lo que responde',
      says:
        'El mismo mensaje, el mismo modelo, los mismos números aleatorios; solo cambia el contexto. Menos tokens ' +
        'cuestan menos tiempo y memoria. (El prompt incluye también las instrucciones y las marcas entre ' +
        'intervenciones.) Lee las respuestas: ¿qué ha entendido todavía cada una?',
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
  average: (dialogues, saved, rise) =>
    `De media, en otros ${dialogues} diálogos, KeyPOS ahorra un ${saved} de los tokens y el modelo espera menos la ` +
    `respuesta original: su perplejidad (cuanto más baja, mejor) sube un ${rise}.`,
  averageToo: (saved, rise) => `NoStopwords ahorra un ${saved} y la sube un ${rise}.`,
  kept: (turns, all, n) => `${turns} de ${all} intervenciones, ${count(n, 'token', 'tokens')}`,
};
