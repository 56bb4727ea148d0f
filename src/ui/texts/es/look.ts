import type { Catalogue } from '../catalogue.ts';

export const look: Catalogue['look'] = {
  inside: 'Dentro de esta respuesta',
  closeKey: 'Cerrar (Esc)',
  reading: 'Leyendo otra vez la conversación…',
  point:
    'Señala una palabra o usa las flechas del teclado: cuanto más oscuro es el fondo, menos la esperaba el modelo.',
  words: 'Palabras de la respuesta',
  space: 'Espacio',
  lineBreak: 'Salto de línea',
  probability: (share) => `tenía una probabilidad del ${share}.`,
  noAlternatives: 'El programa que ejecuta este modelo no indica qué otras palabras eran probables.',

  likeliest: 'Las palabras más probables aquí, según el modelo y con estos ajustes',
  word: 'Palabra',
  model: 'Modelo',
  withSettings: 'Con estos ajustes',
  chosen: '(elegida)',

  dropped: 'Palabras quitadas',
  droppedHead: 'Qué habrían cambiado las palabras quitadas',
  weighing: (done, all) => `${done} de ${all} palabras repuestas y leídas de nuevo.`,
  stop: 'Detener',
  weighHint:
    'Cada palabra que quitó la compresión se repone y se vuelve a leer la misma respuesta: ¿era más fácil de ' +
    'esperar? El modelo lee la conversación una vez por cada palabra.',
  weigh: 'Calcular su peso',
  nothingDropped: 'No se quitó ninguna palabra de lo que leyó el modelo.',
  change: 'Cambio de la pérdida, nats por token',
  changeHint: 'Si la pérdida baja, la palabra habría ayudado. Una sola respuesta es un ejemplo, no un promedio.',

  failed: 'No se ha podido examinar la respuesta.',
};
