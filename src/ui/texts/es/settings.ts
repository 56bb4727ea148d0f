import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const settings: Catalogue['settings'] = {
  prompt: 'Instrucción del sistema',
  promptOf: 'instrucción del sistema',
  promptHint: 'Va antes de la conversación y le dice al modelo cómo responder. Nunca se comprime.',
  restore: 'Restablecer todos los ajustes',
  copyLink: 'Copiar enlace',
  linkHolds:
    'El enlace contiene estos ajustes y el nombre del modelo, pero nada de lo que has escrito en la conversación.',

  decoding: {
    temperature: {
      label: 'Temperatura',
      explains:
        'Cuánto azar hay en la elección de cada palabra: con 0 siempre sale la más probable; con valores más altos ' +
        'hay más variedad.',
    },
    topP: {
      label: 'Top-p',
      explains: 'Solo se elige entre las palabras más probables que juntas suman esta proporción de la probabilidad.',
    },
    topK: {
      label: 'Top-k',
      explains: 'Solo se elige entre esta cantidad de las palabras más probables; 0 no pone límite.',
    },
    maxNewTokens: {
      label: 'Respuesta más larga',
      explains: 'La respuesta termina después de esta cantidad de tokens, aunque no esté acabada.',
    },
  },
  exact: (label) => `${label}, valor exacto`,
  settingMissing: 'El programa que ejecuta este modelo no tiene este ajuste.',
  paperUses: (value) => `En el artículo: ${value}.`,

  seed: 'Semilla',
  seedOf: 'semilla',
  anotherSeed: 'Elegir otra semilla',
  keepSeed: 'Mantener esta semilla en todas las respuestas',
  sameSeed: 'La misma semilla en todas las respuestas',
  newSeed: 'Una semilla nueva en cada respuesta',
  seedMissing: 'El programa que ejecuta este modelo no admite una semilla.',
  seedLocked: 'Fija: los mismos mensajes con los mismos ajustes dan la misma respuesta.',
  seedChanges: 'Cambia con cada respuesta. Fíjala para poder repetir las respuestas.',

  none: 'ninguno',
  bestOf: 'Respuestas entre las que elegir',
  bestOfHint:
    'Si son más de una, el modelo escribe esa cantidad de respuestas y un segundo modelo, pequeño, te muestra la ' +
    'mejor. Cada una tarda lo que una respuesta, y no ves nada hasta que se ha escrito la última.',
  exchanges: 'Ejemplos parecidos',
  exchangesHint:
    'El modelo lee primero esa cantidad de mensajes parecidos al tuyo del corpus Solace, con las respuestas que ' +
    'recibieron. En nuestras mediciones, esto no ayudó al modelo predeterminado.',

  overflow: 'Cuando la conversación es más larga de lo que el modelo puede leer',
  overflows: {
    drop: { name: 'Quitar lo más antiguo', summary: 'Los mensajes más antiguos quedan fuera; el resto, como está.' },
    ends: {
      name: 'Conservar el principio',
      summary: 'Los dos primeros mensajes se quedan; después quedan fuera los más antiguos.',
    },
    shorten: {
      name: 'Acortar lo antiguo',
      summary:
        'Los mensajes antiguos pierden sus palabras menos importantes antes de quedar fuera: primero con KeyPOS, ' +
        'después con NoStopwords.',
    },
    summarise: {
      name: 'Resumir',
      summary:
        'El modelo toma notas de los mensajes más antiguos y lee solo esas notas. De vez en cuando lleva tiempo.',
    },
    select: {
      name: 'Quitar lo previsible',
      summary:
        'Los mensajes antiguos pierden las palabras que el modelo habría adivinado con más facilidad (Selective ' +
        'Context).',
    },
    recall: {
      name: 'Mirar atrás si hace falta',
      summary:
        'Los mensajes más antiguos quedan fuera; los que se parecen en significado al más reciente se citan con él.',
    },
  },
  overflowFrees:
    'Cada vez se libera una cuarta parte de la ventana, para que en la mayoría de las respuestas solo haya que leer ' +
    'lo nuevo.',
  overflowLater: 'El modelo lo hace al responder; hasta entonces, lo más antiguo aparece como quitado.',
  overflowMissing: 'Esto no está disponible aquí ahora, así que lo más antiguo solo se quita.',

  changed: {
    compression: (name) => `compresión ${name}`,
    tagger: (name) => `etiquetador ${name}`,
    keeps: (tags) => `conserva ${tags}`,
    decoding: (label, value) => `${label.toLowerCase()} ${value}`,
    bestOf: (n) => `la mejor de ${count(n, 'respuesta', 'respuestas')}`,
    exchanges: (n) => count(n, 'ejemplo parecido', 'ejemplos parecidos'),
    budget: (n) => `ventana de contexto de ${count(n, 'token', 'tokens')}`,
    overflow: (name) => `cuando está llena: ${name.toLowerCase()}`,
    newestWhole: 'mensaje más reciente entero',
    newestShortened: 'mensaje más reciente acortado como los demás',
    negationsKept: 'se conservan las negaciones',
    negationsDropped: 'se quitan las negaciones, como en el artículo',
    seed: (seed) => `semilla ${seed}`,
    model: (name) => `modelo ${name}`,
  },
};
