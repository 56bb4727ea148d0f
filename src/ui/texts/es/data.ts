import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const data: Catalogue['data'] = {
  lead: 'Diálogos para leer, evaluar y entrenar. Lo que añadas se queda en este navegador.',
  datasets: 'Conjuntos de datos',
  parts: {
    test: 'Una quinta parte del corpus, para evaluar los modelos entrenados con el resto.',
    train: 'Las otras cuatro quintas partes, para entrenar modelos.',
  },
  builtIn: 'Viene con el laboratorio: lo escribieron modelos de lenguaje y se revisó con reglas. Texto: CC BY 4.0.',
  howMade: 'Cómo se hizo',
  notKept: 'No había espacio para guardar este conjunto de datos, así que se perderá cuando cierres la página.',
  export: 'Exportar',
  exportNamed: (name) => `Exportar ${name}`,
  remove: 'Quitar',
  removeNamed: (name) => `Quitar ${name}`,
  removeHead: (name) => `¿Quitar ${name}?`,
  removeBody: (dialogues) =>
    `${count(dialogues, 'diálogo se borrará', 'diálogos se borrarán')} de este navegador. El archivo original no se ` +
    'toca.',
  dialogues: (n) => count(n, 'diálogo', 'diálogos'),
  utterances: (n) => count(n, 'intervención', 'intervenciones'),
  leftOut: (n) => count(n, 'registro omitido', 'registros omitidos'),
  formats: { chat: 'mensajes de chat', lab: 'formato propio del laboratorio' },

  ways: 'Maneras de añadir un conjunto de datos',
  dropHere:
    'Suelta aquí ESConv, ExTES, DailyDialog, EmpatheticDialogues o chats: JSON, JSON por líneas, CSV o texto, ' +
    'comprimidos con gzip o no. Los archivos que sueltes a la vez formarán un solo conjunto.',
  address: 'Dirección de un archivo de diálogos',
  addressHint:
    'Esta página lo descarga y lo guarda en este navegador. El servidor debe permitir que otras páginas lo lean, ' +
    'como hacen las direcciones «raw» de GitHub y Hugging Face.',
  readingNamed: (name) => `Leyendo ${name}`,
  imported: (dialogues) => `${count(dialogues, 'diálogo importado', 'diálogos importados')}.`,
  importedWithout: (dialogues, records) =>
    `${count(dialogues, 'diálogo importado', 'diálogos importados')}, ` +
    `${count(records, 'registro omitido', 'registros omitidos')}.`,

  about: (name) => `Sobre ${name}`,
  tabs: { dialogues: 'Diálogos', statistics: 'Estadísticas' },
  malformedTab: (records) => `Omitidos (${records})`,
  choose: 'Elige un diálogo para leerlo.',
  counting: 'Contando…',
  exportThese: 'Exportar estos diálogos',
  exportStatistics: 'Exportar las estadísticas',

  filter: 'Filtrar los diálogos',
  words: 'Palabras',
  scene: 'Escena',
  emotion: 'Emoción',
  strategy: 'Estrategia',
  any: 'todas',
  foundOf: (found, all) => `${count(found, 'diálogo', 'diálogos')} de ${count(all, 'diálogo', 'diálogos')}`,
  clearFilter: 'Quitar el filtro',
  noneFound: 'Ningún diálogo coincide con este filtro.',
  more: 'Mostrar más',
  moreOf: (utterances) => `Mostrar más de las ${count(utterances, 'intervención', 'intervenciones')}`,

  back: 'Volver a la lista',
  continueInChat: 'Seguir en el chat',
  chatFrom: 'Chatear desde aquí',
  chatFromTurn: (turn) => `Chatear desde aquí, intervención ${turn}`,
  compareFrom: 'Comparar desde aquí',
  compareFromTurn: (turn) => `Comparar desde aquí, intervención ${turn}`,
  seeker: 'Persona que busca apoyo',
  supporter: 'Persona que da apoyo',

  malformed: (records) =>
    `${count(records, 'registro tenía errores y se ha omitido', 'registros tenían errores y se han omitido')}; los ` +
    'demás se han leído.',
  malformedList: 'Registros con errores',
  onlyFirst: (records) => `Solo aparecen los primeros ${records}.`,

  size: 'Tamaño del conjunto de datos',
  both: 'En total',
  rows: {
    dialogues: 'Diálogos',
    utterances: 'Intervenciones',
    words: 'Palabras',
    perDialogue: 'Intervenciones por diálogo, de media',
    perUtterance: 'Palabras por intervención, de media',
  },
  sizeNote: (supporterFirst, neighbours) =>
    `Las palabras se separan por espacios. En ${count(supporterFirst, 'diálogo', 'diálogos')} habla primero quien da ` +
    `apoyo; ${count(neighbours, 'intervención sigue', 'intervenciones siguen')} a otra de la misma persona.`,

  figures: {
    utterances: 'intervenciones en un diálogo',
    dialogues: 'diálogos',
    oneLength: (utterances, dialogues) => `${utterances} intervenciones: ${dialogues} diálogos`,
    lengths: (from, to, dialogues) => `De ${from} a ${to} intervenciones: ${dialogues} diálogos`,
    words: 'palabras en una intervención',
    share: '% de las intervenciones de cada parte',
    seeker: 'quien busca apoyo',
    supporter: 'quien da apoyo',
    shareOf: (speaker, percent, from, to) => `${speaker}: el ${percent} % tiene de ${from} a ${to} palabras`,
  },
  dialogueLengths: 'Longitud de los diálogos',
  dialogueLengthsLabel: (mean) => `Histograma: cuántos diálogos tienen cuántas intervenciones; ${mean} de media`,
  utteranceLengths: 'Longitud de las intervenciones',
  utteranceLengthsLabel: (seeker, supporter) =>
    `Proporción de intervenciones según su número de palabras; de media, ${seeker} las de quien busca apoyo y ` +
    `${supporter} las de quien lo da`,
  longestLeftOut: 'Sin la centésima parte más larga.',
  bars: {
    strategies: { title: 'Estrategias', of: (n) => `De ${n} intervenciones de apoyo con estrategia` },
    scenes: { title: 'Escenas', of: (n) => `De ${n} diálogos con escena` },
    emotions: { title: 'Emociones', of: (n) => `De ${n} diálogos con emoción` },
  },
  barsLabel: (name) => `Barras: con qué frecuencia aparece cada una; la más frecuente es ${name}`,
  mostFrequent: (shown, all) => `; las ${shown} más frecuentes de ${all}`,
  asTable: 'Como tabla',
  count: 'Número',
  share: 'Proporción',

  failed: {
    list: 'No se han podido listar los conjuntos de datos.',
    remove: 'No se ha podido quitar el conjunto de datos.',
    export: 'No se ha podido exportar el conjunto de datos.',
    import: 'No se ha podido importar el conjunto de datos.',
    read: 'No se ha podido leer el conjunto de datos.',
  },
  readTodo: 'Recarga la página o impórtalo de nuevo.',
};
