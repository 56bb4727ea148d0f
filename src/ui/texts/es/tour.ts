import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const tour: Catalogue['tour'] = {
  lead:
    'Tres paradas en unos 90 segundos. Las respuestas se escribieron de antemano, así que no se carga ningún ' +
    'modelo.',
  englishExample: 'El ejemplo y sus respuestas están en inglés.',
  stopList: 'Paradas del recorrido',
  stops: {
    seen: {
      title: 'Lo que lee el modelo',
      says:
        'Un modelo lee tokens: palabras y trozos de palabras. Para ahorrar tiempo y memoria, se pueden quitar ' +
        'algunos: los tachados nunca le llegan. KeyPOS quita artículos, verbos auxiliares, puntuación y «not»; ' +
        'así, «I don’t do the face» pasa a decir lo contrario.',
    },
    compare: {
      title: 'Lo que responde',
      says:
        'Un mensaje, respondido tres veces por el mismo modelo. Solo cambia el contexto; Raw envía todas las ' +
        'palabras. ¿Qué ha entendido todavía cada respuesta?',
    },
    window: {
      title: 'Lo que todavía cabe',
      says:
        'Un modelo solo puede abarcar cierta cantidad de tokens: su ventana de contexto. Cuando una conversación es ' +
        'más larga, primero quedan fuera los turnos más antiguos. Haz más pequeña la ventana: Raw pierde turnos ' +
        'antes; KeyPOS conserva más, sin sus palabras pequeñas.',
    },
  },
  back: 'Atrás',
  next: 'Siguiente',
  ownWords: 'Probar con tus propias palabras',
  more: 'Más comparaciones',
  leave: 'Salir del recorrido',

  seeker: 'Persona que busca apoyo',
  supporter: 'Persona que da apoyo',
  left: (compression, n, whole, turns) =>
    `${compression} envía ${n} de los ${count(whole, 'token', 'tokens')} de ` +
    `${count(turns, 'turno', 'turnos')}. Dos de ellos:`,
  window: 'Ventana:',
  average: (dialogues, saved, rise) =>
    `De media, en otros ${dialogues} diálogos, KeyPOS ahorra un ${saved} de los tokens, pero la respuesta original ` +
    `es más difícil de predecir: su perplejidad sube un ${rise}.`,
  averageToo: (saved, rise) => `Con NoStopwords son un ${saved} y un ${rise}.`,
  kept: (turns, all, n) => `${turns} de ${all} turnos, ${count(n, 'token', 'tokens')}`,
};
