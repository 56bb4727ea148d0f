import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const compare: Catalogue['compare'] = {
  lead: 'Un mensaje, respondido una vez con cada compresión del contexto y siempre con la misma semilla.',
  noneYet: 'Todavía no se ha comparado nada. Cada comparación se queda aquí hasta que la borres.',

  ownWords:
    'Ahora, con tus propias palabras: cambia el mensaje de abajo y compara. El modelo lo leerá después de la misma ' +
    'conversación que en el recorrido.',
  message: 'Mensaje',
  context: 'Contexto',
  contexts: {
    conversation: (utterances) => `La conversación abierta (${count(utterances, 'intervención', 'intervenciones')})`,
    given: (label, utterances) => `${label} (${count(utterances, 'intervención', 'intervenciones')})`,
    fresh: 'Ninguno',
  },
  noEarlier:
    'No hay mensajes anteriores, y cuanto más larga es una conversación, más se nota la compresión. Abre antes una ' +
    'en el chat o',
  chooseDialogue: 'elige un diálogo desde el que comparar',
  stop: 'Detener',
  all: 'Comparar todas',
  firstLoads: (fetched, kept) =>
    `La primera comparación carga el modelo: ${fetched}, una sola vez. Después ocupa hasta ${kept} en este ` +
    'dispositivo.',

  comparison: 'Comparación',
  onlyEnglish: 'KeyPOS y NoStopwords solo entienden inglés; este mensaje se envía tal como está escrito.',
  after: (utterances) => `Tras ${count(utterances, 'intervención anterior', 'intervenciones anteriores')}.`,
  madeWith: (model, device) => `${model} en ${device}, semilla`,
  writing: (now, all, compression) => `${now} de ${all}: ${compression}`,
  keep: 'Guardar en este navegador',
  print: 'Imprimir para repartir',
  linkHolds: 'El enlace contiene los mensajes y las respuestas. Quien lo tenga puede leerlos.',

  prompt: 'Prompt',
  firstToken: 'Primer token',
  speed: 'Velocidad',
  reading: 'leyendo…',
  waiting: 'en espera',
  saw: 'Lo que ha leído el modelo',
  system: 'Instrucción del sistema',

  sameContext: (name) => `${name} ha enviado el mismo contexto que Raw`,
  shorter: 'ha enviado un contexto más corto',
  asMany: 'ha enviado tantos tokens como Raw',
  fewer: (percent) => `ha enviado un ${percent} % menos de tokens que Raw`,
  more: (percent) => `ha enviado un ${percent} % más de tokens que Raw`,
  sameTime: 'y ha empezado a responder casi al mismo tiempo',
  sooner: (percent) => `y ha empezado a responder un ${percent} % antes`,
  later: (percent) => `y ha empezado a responder un ${percent} % más tarde`,
  anExample: (sentences) => `${sentences}. Un mensaje es un ejemplo, no un promedio.`,

  earlier: 'Comparaciones anteriores',
  remove: 'Borrar',
  removeOne: 'Borrar esta comparación',
  removeAll: 'Borrar todas',
  removeAllHead: '¿Borrar todas las comparaciones?',
  removeAllBody: 'No se puede deshacer. Tus conversaciones se conservan.',
  removed: 'Comparación borrada.',

  ready: 'Tres para empezar',
  readyLead: 'Se hicieron con el modelo con el que empieza el laboratorio, así que puedes leerlas ya. O bien',
  takeTour: 'haz el recorrido',
  aboutTour: ', que explica la primera en 90 segundos.',
  readySize: (utterances, replies) =>
    `${count(utterances, 'intervención', 'intervenciones')}, ${count(replies, 'respuesta', 'respuestas')}`,
  example: (title) => `«${title}»`,

  fromLink: 'Lo que trae el enlace',
  upTo: (dialogue, turn) => `«${dialogue}» hasta la intervención ${turn}`,
  otherModel: (model) =>
    `Se hizo con ${model}, que no está en este navegador: si comparas de nuevo, las respuestas serán otras.`,
  noExample: (number) => `No hay ninguna comparación preparada con el número ${number}.`,
  contextsLeftOut: 'Lo que leyó el modelo era demasiado largo para el enlace.',
  nobodyAsks: 'En este diálogo, nadie pide apoyo hasta ahí.',

  failed: {
    run: 'La comparación se ha interrumpido.',
    keep: 'No se ha podido guardar la comparación.',
    list: 'No se han podido leer las comparaciones guardadas.',
    remove: 'No se ha podido borrar la comparación.',
    removeAll: 'No se han podido borrar las comparaciones.',
    restore: 'No se ha podido recuperar la comparación.',
    link: 'No se puede abrir el enlace.',
    examples: 'No se han podido leer los ejemplos.',
  },
  failedTodo: 'Inténtalo de nuevo. Las respuestas terminadas se conservan.',
};
