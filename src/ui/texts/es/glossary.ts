import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const glossary: Catalogue['glossary'] = {
  terms: {
    compression: {
      title: 'Compresión',
      says: 'Quita palabras de lo que lee el modelo, para que responda antes y recuerde más mensajes.',
    },
    token: {
      title: 'Token (trozo de texto)',
      says:
        'El trozo de texto con el que un modelo lee y escribe: una palabra corta, parte de una larga o un signo de ' +
        'puntuación.',
    },
    window: {
      title: 'Ventana de contexto',
      says:
        'Cuántos tokens puede abarcar el modelo a la vez: la instrucción del sistema, la conversación y su propia ' +
        'respuesta.',
    },
    tagger: {
      title: 'Etiquetador',
      says: 'El programa que decide la categoría gramatical de cada palabra antes de que KeyPOS la conserve o quite.',
    },
    parts: {
      title: 'Categorías gramaticales',
      says: 'KeyPOS conserva las palabras de las categorías que marcas y quita todas las demás.',
    },
    prompt: {
      title: 'Instrucción del sistema',
      says:
        'Una indicación que el modelo lee antes de la conversación, en cada respuesta; tú la ves, las demás ' +
        'personas no.',
    },
    seed: {
      title: 'Semilla',
      says:
        'El número del que sale todo el azar de una respuesta: la misma semilla con los mismos ajustes vuelve a dar ' +
        'la misma respuesta.',
    },
    temperature: {
      title: 'Temperatura',
      says:
        'Cuánto decide el azar: con 0 siempre gana la palabra más probable; con 1, cada palabra gana tantas veces ' +
        'como espera el modelo.',
    },
    topP: {
      title: 'Top-p (muestreo de núcleo)',
      says:
        'Antes de sortear cada palabra se apartan las improbables: las que quedan más allá de esta proporción de la ' +
        'probabilidad.',
    },
    topK: {
      title: 'Muestreo top-k',
      says: 'Antes de sortear cada palabra se apartan todas menos esta cantidad de las más probables.',
    },
    maxNewTokens: {
      title: 'Respuesta más larga',
      says: 'La respuesta se corta después de esta cantidad de tokens, y la ventana le reserva ese sitio.',
    },
  },
  paperBy: 'envío anónimo a la ACL, 2024',

  yours: 'Tu mensaje:',
  example: 'Por ejemplo:',
  promptNow: 'Ahora dice:',
  promptEmpty: 'nada',
  lastSeed: (seed) => `La última fue ${seed}.`,
  length: (tokens, words) => `Ahora, ${tokens} tokens: unas ${words} palabras en inglés.`,
  choice: (before, after) =>
    `Supongamos que después de «I feel so» viene, con estas probabilidades: ${before}. Con tu ajuste: ${after}.`,
  always: (word) => `siempre ${word}`,

  compressing: 'Leyendo…',
  size: (words, tokens) => `${count(words, 'palabra', 'palabras')}, alrededor de ${count(tokens, 'token', 'tokens')}.`,
  room: (used, budget, reserve) =>
    `Con todo lo anterior: ${used} de ${budget}, de los cuales ${reserve} se reservan para la respuesta.`,
  unknownYet: 'todavía nada',
};
