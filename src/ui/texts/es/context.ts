import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');
const tokens = (n: number): string => count(n, 'token', 'tokens');

export const context: Catalogue['context'] = {
  inAll: (n) => `${tokens(n)} en total`,
  aboutInAll: (n) => `Alrededor de ${tokens(n)} en total`,
  estimated: 'El número de tokens es una estimación: el laboratorio no puede usar el tokenizador de este modelo.',
  estimatedYet: 'El número de tokens es una estimación hasta que se cargue un modelo.',
  fits: 'Cuánto cabe',
  choosing: 'Cómo se eligen las palabras',

  system: 'Instrucción del sistema',
  notes: 'Notas del modelo',
  unsent: (who) => `${who}, sin enviar todavía`,
  outside: ', fuera de la ventana',
  nothingLeft: 'no queda nada de este mensaje',
  dropped: ' [quitado: ',
  notSentOpening: 'No se envía: la plantilla de chat de este modelo no permite que empiece él la conversación.',
  quoted: 'Quedó fuera, pero se cita con tu mensaje más reciente porque se parecen en significado.',
  summarised: 'Quedó fuera; está en las notas.',
  shortened: 'Acortado para hacer sitio.',
  negations: (n) =>
    `${count(n, 'negación quitada', 'negaciones quitadas')}: esto puede cambiar el sentido por el contrario.`,
  keepThem: 'Conservar las negaciones (a diferencia del artículo)',

  showDropped: 'Mostrar lo que se quita',
  newestWhole: 'Enviar entero mi mensaje más reciente',
  newestWholeHint: 'A diferencia del artículo, que lo acorta como a los demás.',
  keepNegations: 'Conservar las negaciones',
  keepNegationsHint:
    'Conserva «not», «never», «don’t» y similares. A diferencia del artículo, cuyos métodos las quitan.',

  meterEmpty: 'Los números aparecen en cuanto escribas algo.',
  about: (what) => `unos ${what}`,
  fit: (fits, total) => `${fits === 1 ? 'cabe' : 'caben'} ${fits} de ${total}`,
  used: (used, budget) => `${used} de ${tokens(budget)}`,
  all: (total, take) => `Todos (${total}): ${take}.`,

  window: 'Ventana de contexto',
  windowOf: 'ventana de contexto',
  wholeWindow: (size) => `${size} (toda)`,
  windowHint:
    'Como si el modelo solo pudiera abarcar esta cantidad de tokens, incluida su respuesta. Los mensajes más ' +
    'antiguos quedan fuera primero; con compresión caben más.',

  tagger: 'Etiquetador para KeyPOS',
  taggerOf: 'etiquetador',
  taggerHint: (share) =>
    'Decide la categoría gramatical de cada palabra. Conserva o quita una palabra igual que lo haría un etiquetado ' +
    `manual en el ${share} de los casos (UD English-EWT, conjunto de desarrollo).`,
  kept: 'Palabras que conserva KeyPOS',
  asInPaper: 'como en el artículo',
  changed: 'con cambios',
  partsOf: 'categorías gramaticales',
  tick: 'Si marcas una categoría, se conservan todas sus palabras.',
  parts: {
    NOUN: 'Sustantivos',
    PROPN: 'Nombres propios',
    PRON: 'Pronombres',
    VERB: 'Verbos',
    AUX: 'Verbos auxiliares',
    ADJ: 'Adjetivos',
    ADV: 'Adverbios',
    ADP: 'Preposiciones',
    SCONJ: 'Conjunciones subordinantes',
    CCONJ: 'Conjunciones coordinantes',
    DET: 'Determinantes',
    NUM: 'Numerales',
    PART: 'Partículas',
    INTJ: 'Interjecciones',
    PUNCT: 'Puntuación',
    SYM: 'Símbolos',
    X: 'Otros',
  },
  foreignWords: 'palabras extranjeras',
  restoreParts: 'Volver a la selección del artículo',

  assist: 'Ayuda con la respuesta más reciente',
  plainReply: (why) => `Es una respuesta simple. El motivo, en inglés: ${why}`,
  foundBefore: (n) => `Antes de la conversación: ${count(n, 'ejemplo parecido', 'ejemplos parecidos')} del corpus`,
  similarity: (dialogue, value) => `${dialogue}, semejanza ${value}`,
  chosenFrom: (n) => `Elegida entre ${count(n, 'respuesta', 'respuestas')} por un modelo pequeño`,
  score: (value) => `Puntuación ${value}`,
  chosenScore: (value) => `Elegida, puntuación ${value}`,
  scoreHint:
    'La puntuación dice cuánto se parece una respuesta a las del corpus y lo poco que se parece a las malas. No las ' +
    'entiende.',
};
