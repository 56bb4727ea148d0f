import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const runs: Catalogue['runs'] = {
  lead:
    'Los modelos responden, en cada condición, a los turnos de la persona que apoya en un conjunto de datos, y sus ' +
    'respuestas se comparan con las originales. Cada turno terminado se guarda en el acto, así que no se pierde nada ' +
    'al cerrar la pestaña.',
  one: 'Evaluación',
  opening: 'Abriendo la evaluación…',
  ofSomebody: 'Un enlace a una evaluación ajena funciona cuando has importado su archivo.',
  all: 'Todas las evaluaciones',
  planHead: 'Planificar una evaluación',

  here: 'Evaluaciones en este navegador',
  importRun: 'Importar una evaluación',
  import: 'Importar',
  compare: 'Comparar',
  noneYet: 'Todavía no hay ninguna. Planifica una más abajo o importa una.',
  list: 'Evaluaciones',
  compareNamed: (name) => `Comparar ${name}`,
  ofTotal: (done, total) => `${done} de ${total}`,
  removeNamed: (name) => `Borrar ${name}`,
  withLab: 'Evaluaciones que vienen con el laboratorio',
  committedList: 'Evaluaciones del laboratorio',
  records: (n) => count(n, 'registro', 'registros'),
  removeHead: (name) => `¿Borrar «${name}»?`,
  removeBody: 'Sus respuestas y puntuaciones se perderán para siempre. Expórtala antes si quieres conservarlas.',
  remove: 'Borrar',
  imported: (name) => `Se ha importado «${name}».`,

  name: 'Nombre',
  nameHint: 'si se deja vacío, se forma con los modelos y el conjunto de datos',
  usualName: (models, dataset) => `${models} con ${dataset}`,
  dataset: 'Conjunto de datos',
  trainedOn: 'Puede haber modelos entrenados con estos diálogos. Compara los modelos en la parte de prueba.',
  dialogues: 'Diálogos, elegidos al azar',
  follows: 'Cada respuesta sigue a',
  followsOriginal: 'las respuestas originales',
  followsOwn: 'las respuestas anteriores del propio modelo (roll-out)',
  firstTurns: 'Primeros turnos de cada diálogo',
  turnsEach: 'Turnos por diálogo',
  allTurns: 'todos',
  longest: 'Respuesta más larga, en tokens',
  seed: 'Semilla',
  models: 'Modelos',
  compression: 'Compresión de las intervenciones',
  history: 'Compresión del historial',
  usesModel: ' (usa el modelo)',
  metrics: 'Además de BLEU, ROUGE, chrF2 y distinct-n',
  metric: {
    perplexity: 'Perplejidad de la respuesta original',
    meteor: 'METEOR',
    bertscore: 'BERTScore (carga un codificador de 29 MB)',
  },
  plan: 'Planificar la evaluación',

  comesWithLab: 'Esta evaluación viene con el laboratorio.',
  modelCount: (n) => count(n, 'modelo', 'modelos'),
  seedOf: 'semilla',
  rolledOut: '; es un roll-out: cada respuesta sigue a las anteriores del propio modelo',
  timeLeft: (progress, time) => `${progress}, faltan unos ${time}`,
  stages: {
    ready: 'Preparando',
    loading: 'Cargando el modelo',
    answering: 'Respondiendo',
    loadingJudge: 'Cargando el juez',
    judging: 'Juzgando las respuestas',
    notStarted: 'Aún sin empezar',
    paused: 'En pausa',
    finished: 'Terminada',
    counting: 'Calculando la tabla',
    answered: 'Todos los turnos tienen respuesta',
  },
  waiting: (seconds, why) => `Nuevo intento dentro de ${seconds} s. ${why}`,
  pause: 'Pausar',
  resume: 'Reanudar',
  start: 'Empezar',
  export: 'Exportar',
  share: 'Compartir como página',
  withReplies: 'Incluir las respuestas',

  results: 'Resultados',
  resultsBy: 'Resultados por modelo y condición',
  model: 'Modelo',
  condition: 'Condición',
  turnsOf: (turns, dialogues) => `${count(turns, 'turno', 'turnos')} de ${count(dialogues, 'diálogo', 'diálogos')}`,
  failedOf: (n) => `; ${count(n, 'registro ha fallado', 'registros han fallado')}`,
  intervals:
    'Debajo de cada valor está su intervalo de confianza del 95 % sobre diálogos (bootstrap; jackknife para ' +
    'distinct-n). No lo hay con menos de cinco diálogos ni donde nada varía.',
  grows: 'La tabla crece a medida que se responden los turnos.',
  tests: 'Pruebas de significación',

  judge: 'Juez',
  judgeReplies: 'Juzgar estas respuestas',
  judgeDialogues: 'Juzgar estos diálogos',
  scoresReplies:
    'Un modelo puntúa cada respuesta de 0 a 5 según implicación, consuelo, adecuación y sugerencia, con la original ' +
    'como referencia.',
  scoresDialogues:
    'Un modelo puntúa cada diálogo completo de 0 a 5 según implicación, consuelo, adecuación y sugerencia, con el ' +
    'original como referencia.',
  judgesDiffer:
    'Cada modelo juzga a su manera: valida uno con valoraciones humanas antes de fiarte de él, y no uses ninguno ' +
    'cuyas respuestas estén en esta evaluación.',
  rounds: 'Rondas',
  stopJudging: 'Detener al juez',
  startJudging: 'Juzgar',
  judges: 'Jueces',
  verdicts: 'veredictos',
  roundCount: (n) => count(n, 'ronda', 'rondas'),
  resumeJudge: (name) => `Reanudar con el juez ${name}`,
  showScores: (name) => `Mostrar las puntuaciones de ${name}`,
  inTable: 'En la tabla',
  showInTable: 'Mostrar en la tabla',
  prompt: 'Prompt',

  check: 'Validar un juez con valoraciones humanas',
  checkAbout:
    'Un modelo juzga conversaciones completas. Sus puntuaciones se comparan con el cuestionario de quienes buscaban ' +
    'apoyo, si el conjunto de datos lo tiene (ESConv), y las conversaciones que salieron bien, con las que ' +
    'fracasaron (FailedESConv). Los resultados duran hasta que se cierra la página.',
  wentWell: 'Conversaciones que salieron bien',
  failed: 'Conversaciones que fracasaron',
  none: 'Ninguna',
  dialoguesOfEach: 'Diálogos de cada tipo, elegidos al azar',
  stopCheck: 'Detener la comprobación',
  startCheck: 'Comprobar el juez',
  compared: 'El juez comparado con personas',
  agreement: 'Concordancia por criterio',
  criterion: 'Criterio',
  range: (low, high) => `de ${low} a ${high}`,
  nothingToCompare: 'No hay con qué comparar las puntuaciones: ni cuestionario ni conversaciones fracasadas.',
  findings: 'Resultados de la comprobación',
  judgedCount: (dialogues, refused, unreadable) =>
    `${count(dialogues, 'diálogo juzgado', 'diálogos juzgados')}; ${count(refused, 'negativa', 'negativas')}, ` +
    `${count(unreadable, 'respuesta ilegible', 'respuestas ilegibles')}.`,

  rate: 'Valorar respuestas a ciegas',
  rater: 'Tu nombre o tus iniciales',
  firstSystem: 'Primer sistema',
  secondSystem: 'Segundo sistema',
  sides: { left: 'Izquierda', tie: 'Igual', right: 'Derecha' },
  speakers: { seeker: 'Persona que busca apoyo', supporter: 'Persona que apoya' },
  comparison: (position) => `Comparación ${position}`,
  back: 'Atrás',
  next: 'Siguiente',
  exportRatings: 'Exportar mis valoraciones',
  addRater: 'Añadir el archivo de otra persona',
  noContest: 'Estos dos sistemas todavía no tienen ningún turno con respuestas distintas.',
  noContestRolledOut:
    'Estos dos sistemas todavía no tienen ningún turno con respuestas distintas a la misma conversación.',
  preferredBy: 'Lo que prefirieron las personas, por criterio',
  preferred: 'Lo que prefirieron las personas',
  kappaWith: (judge) => `κ con ${judge}`,
  raters: (n) =>
    `${count(n, 'persona ha valorado', 'personas han valorado')} las respuestas. κ es la media de los pares de ` +
    'personas, en lo que ambas valoraron.',
  judgePrefers: 'Un juez prefiere la respuesta que ha puntuado más alto; su κ es la media de las personas.',
  endBlind: 'Mostrar el resultado y terminar la valoración a ciegas',
};
