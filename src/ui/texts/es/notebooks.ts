import type { Catalogue } from '../catalogue.ts';

const CAUTION =
  'El entorno aislado le impide enviar mensajes o cargar nada, pero el navegador puede buscar un servidor que el ' +
  'cuaderno nombre, y en ese nombre caben unas pocas palabras. Lo que muestre también puede acabar en un archivo ' +
  'exportado o en una captura de pantalla. Permítelo solo si sabes quién ha escrito el cuaderno y para qué lo ' +
  'necesita.';

export const notebooks: Catalogue['notebooks'] = {
  one: 'Cuaderno',
  lead:
    'Textos con código que funciona en este dispositivo. Cambia una celda y se actualizará todo lo que dependa de ' +
    'ella.',
  builtIn: 'Incluidos en el laboratorio',
  edited: 'lo has modificado',
  unfinished: ', la última vez no terminó',
  restore: 'Restaurar',
  restoreNamed: (title) => `Restaurar ${title}`,
  own: 'Tuyos',
  create: 'Nuevo cuaderno',
  fromFile: 'de un archivo, ',
  removeNamed: (title) => `Borrar ${title}`,
  dropHere: 'Suelta aquí un cuaderno. Su código no se ejecuta hasta que tú lo digas.',
  untitled: 'Sin título',
  copyOf: (title) => `${title} (copia)`,

  all: 'Todos los cuadernos',
  ownVersion: 'Tu versión modificada, guardada en este navegador',
  restoreOriginal: 'Restaurar el original',
  copyLink: 'Copiar enlace',
  copy: 'Hacer una copia',
  export: 'Exportar',
  attach: 'Adjuntar archivos',
  save: 'Guardar con los resultados',
  saveShows: 'Un archivo HTML con figuras y tablas que se abre sin el laboratorio',
  withOutputs: (title) => `${title} con resultados`,
  saved: (day) =>
    `Guardado desde Solace Lab el ${day}, con los resultados de ese momento. En esta página no se ejecuta nada.`,
  code: 'Código',
  linkRefused: (name) => `«${name}», que venía en el enlace, no se puede usar aquí.`,
  linkMissing: (name) => `Esta versión del cuaderno no tiene «${name}», que venía en el enlace.`,

  attached: 'Archivos adjuntos, guardados en este navegador; las celdas los leen con',
  remove: (name) => `Quitar ${name}`,
  removed: (name) => `Se ha quitado ${name}.`,
  replaced: (names) => `Archivos sustituidos: ${names}.`,
  deleted: (name) => `Se ha borrado ${name}.`,
  notebookDeleted: (title) => `Se ha borrado «${title}».`,
  restored: 'Se ha restaurado el original.',

  model: 'El modelo de este cuaderno',
  mustFetch: (model, size) =>
    `Este cuaderno usa ${model}, que hay que descargar una sola vez: ${size}. Después queda guardado en este ` +
    'dispositivo.',
  fetchNow: 'Descargar ahora',
  notNow: 'Ahora no',

  frame: (title) => `Cuaderno: ${title}`,
  imported: 'Este cuaderno viene de un archivo y su código no se ha ejecutado.',
  importedMeans:
    'Puedes leerlo más abajo. Si lo ejecutas, se queda en un entorno aislado: no tiene acceso a la red, ni a tus ' +
    'conversaciones, ni a tus claves, pero puede usar el modelo de esta página y el tiempo de cálculo de este ' +
    'dispositivo.',
  unfinishedHead: 'La última vez este cuaderno no terminó, así que se ha abierto sin ejecutarlo.',
  unfinishedMeans: 'Puede que una de sus celdas no acabe nunca: cámbiala y después ejecuta el cuaderno.',
  runImported: 'Ejecutar este cuaderno',
  run: 'Ejecutar',

  allowHead: '¿Dar permiso a este cuaderno?',
  asks: {
    conversations: 'quiere leer tus conversaciones.',
    datasets: 'quiere leer los conjuntos de datos que has importado.',
    runs: 'quiere leer tus evaluaciones.',
    models: 'quiere ver los modelos que has añadido.',
    endpoint: 'quiere enviar texto a tu servidor.',
  },
  means: {
    conversations: `Su código verá todos los mensajes guardados en este navegador. ${CAUTION}`,
    datasets: `Su código verá los diálogos que has importado en este navegador. ${CAUTION}`,
    runs:
      'Su código verá las evaluaciones guardadas en este navegador: sus planes, las respuestas originales del ' +
      `conjunto de datos, las respuestas de los modelos y las puntuaciones de los jueces. ${CAUTION}`,
    models:
      'Su código verá los nombres y tamaños de los modelos y adaptadores que has añadido, pero no sus archivos. No ' +
      `ve las claves ni las direcciones de los servidores. ${CAUTION}`,
    endpoint:
      'El modelo elegido funciona en un servidor. Lo que escriba el cuaderno se envía allí con tu clave, ' +
      'tantas veces como quiera el cuaderno, y puede costar dinero. El cuaderno no ve la clave.',
  },
  untilYouLeave: 'Tu respuesta vale hasta que salgas de este cuaderno.',
  refuse: 'No permitir',
  allow: 'Permitir',
};
