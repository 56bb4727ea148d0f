import { countingIn } from '../counting.ts';
import type { Terms } from '../terms.ts';
import { imports } from './imports.ts';

const count = countingIn('es');

export const terms: Terms = {
  compressions: {
    raw: 'Todas las palabras tal como se escribieron.',
    keypos: 'Solo las palabras de las categorías gramaticales clave, como sustantivos, verbos y pronombres.',
    nostopwords: 'Todo menos las 179 palabras más frecuentes del inglés.',
  },
  examples: [
    {
      title: 'Las palabras pequeñas pueden cambiar el sentido',
      why:
        'Rowan dice «I’m not being difficult» y «I don’t do the face». «Not» no es una palabra clave, así que ' +
        'KeyPOS la quita y la frase dice lo contrario.',
    },
    {
      title: 'Los nombres y los lugares se conservan',
      why:
        'La hija de Harold, su mujer, un lago y una biblioteca: las dos compresiones conservan los sustantivos y los ' +
        'nombres. ¿Qué hace cada respuesta con ellos?',
    },
    {
      title: 'Una conversación larga y lo que se ahorra',
      why:
        'Veintiuna intervenciones, de las que el modelo lee todas las palabras o la mitad. Cuanto más larga es una ' +
        'conversación, más se ahorra y menos queda de la voz propia de la persona.',
    },
  ],
  models: {
    'smollm2-135m-instruct':
      'El modelo base, tal como se publicó: sin entrenar para el apoyo emocional. Los adaptadores lo cambian.',
    'smollm2-135m-instruct+solace':
      'Entrenado con el corpus Solace: retoma lo que se ha dicho, pregunta por ello y propone pequeños pasos. Es ' +
      'pequeño, así que a menudo no entiende de qué se trata.',
    ...inPaperSetting('corpus', 'el corpus Solace', 'una época'),
    ...inPaperSetting('esconv', 'ESConv', 'media época'),
  },
  imports,
  engines: {
    onnxFolder: 'Carpeta ONNX de este dispositivo.',
    ggufFile: 'Archivo GGUF de este dispositivo.',
    fromHost: (host) => `Descargado de ${host}.`,
    converted: (kind) => `Convertido desde ${kind} en este dispositivo, 4 bits por peso.`,
    adapter: (base) => `Adaptador de este dispositivo, para ${base}.`,
    sum: (sum, base) => `Suma de ${sum}, para ${base}.`,
    webllm: 'Funciona en WebGPU con WebLLM.',
    noWebGpu: 'este navegador no tiene WebGPU',
    noAdapter: 'no se ha encontrado ninguna tarjeta gráfica',
    onlyProgram: (name) => `la única tarjeta gráfica que hay es un programa (${name})`,
    noSuspending: 'llama.cpp necesita un navegador cuyo Wasm pueda esperar a WebGPU (JSPI), y este no puede',
    noHalfPrecision:
      'llama.cpp necesita cálculos en media precisión (shader-f16) para WebGPU, y esta tarjeta gráfica no los hace',
    noProbabilities: 'WebLLM no da las probabilidades logarítmicas de un texto',
    slower: (why) => `Funciona en el procesador, así que las respuestas tardan más: ${why}.`,
    convert: 'Si se convierte para WebGPU, puede usar la tarjeta gráfica.',
    layers: (there, all) =>
      `${there} de ${all} capas funcionan en WebGPU y las demás en Wasm, porque no caben en la tarjeta gráfica.`,
    withoutWidening: (why) => `Las respuestas tardan más de lo necesario: ${why}.`,
    wrongWide: 'ONNX Runtime ha calculado mal con los pesos ampliados en este procesador',
    noRoomToWiden: 'falta memoria para ampliar los pesos',
    failedWide: (what) => `ONNX Runtime ha fallado con los pesos ampliados (${what})`,
    withoutLlama: 'Funciona con ONNX Runtime, porque llama.cpp ha calculado mal en este procesador.',
  },
  notebooksInEnglish: 'Los cuadernos y sus controles están en inglés.',
  notebooks: {
    'the-paper-live':
      'Todas las tablas y figuras junto a lo que se ha medido aquí, con intervalos, y dónde se contradicen las ' +
      'cifras del artículo.',
    'compression-playground':
      'Un diálogo y un control para el presupuesto de tokens: qué cabe, qué se pierde y cómo sigue respondiendo el ' +
      'modelo.',
    'which-words-matter':
      'Quita las categorías gramaticales de una en una y mira cómo cambia la pérdida de la respuesta original.',
    'loss-curves': 'Los entrenamientos del laboratorio, o cualquier archivo de métricas que sueltes aquí.',
    'fine-tune-in-this-tab':
      'Un pequeño adaptador que se entrena en directo, su curva de pérdida y el modelo antes y después.',
    'judging-the-judge':
      '¿Puede un modelo pequeño valorar el apoyo? La repetición, el orden y la longitud ponen a prueba sus ' +
      'puntuaciones.',
    'bring-your-own-data':
      'Suelta un archivo de diálogos: qué se ha leído, qué tenía mal, cuánto ocupa y qué ahorra la compresión.',
  },
  measures: {
    perplexity: 'Perplejidad',
    perplexity_compressed: 'Perplejidad, respuesta comprimida',
    promptTokens: 'Tokens del prompt',
    newTokens: 'Tokens de la respuesta',
    nltk_corpus_bleu2_method0: 'BLEU-2, corpus',
    nltk_corpus_bleu4_method0: 'BLEU-4, corpus',
    sacre_sentence_bleu4: 'sacreBLEU, oración',
    sacre_corpus_bleu4: 'sacreBLEU, corpus',
    length_ratio: 'Razón de longitudes',
  },
  criteria: {
    engagement: 'Implicación',
    comforting: 'Consuelo',
    appropriateness: 'Adecuación',
    suggestion: 'Sugerencia',
    mean: 'Media',
  },
  judged: (criterion) => `${criterion} (juez)`,
  prompts: {
    lab: {
      name: 'El del laboratorio',
      about: 'Explica cada criterio y los extremos de la escala, y pide JSON. Está en inglés.',
    },
    paper: {
      name: 'El del artículo, según un resumen de la figura 7',
      about:
        'Nombra los cuatro criterios y la escala sin explicarlos, y pide una lista. Sus palabras son las de un ' +
        'resumen de la figura 7, cuyo texto completo no está disponible. Está en inglés.',
    },
  },
  questions: {
    empathy: 'empatía',
    relevance: 'pertinencia',
    low_final_emotion_intensity: 'malestar bajo al final',
    fall_in_emotion_intensity: 'descenso del malestar',
  },
  histories: {
    every: (name) => [
      `${name}, la última entera`,
      `Todas las intervenciones con ${name}; la última, tal como se escribió.`,
    ],
    last: (k) => [`Últimas ${k}`, `Las últimas ${k} intervenciones.`],
    ends: (first, last) => [
      `Primeras ${first} y últimas ${last}`,
      `Las primeras ${first} y las últimas ${last} intervenciones.`,
    ],
    summary: (keep, most) => [
      `Resumen continuo y últimas ${keep}`,
      `Un resumen del propio modelo de todo lo anterior a las últimas ${keep} a ${most} intervenciones.`,
    ],
    summaryIn: (tokens) => [
      `Resumen continuo en ${tokens} tokens`,
      `Un resumen del propio modelo de las intervenciones antiguas y después las más recientes, en ${tokens} tokens.`,
    ],
    selective: (share) => [
      `Selective Context ${share}`,
      `Sin el ${share} de las palabras, las que el modelo predice mejor.`,
    ],
    selectiveIn: (tokens, share) => [
      `Selective Context en ${tokens} tokens`,
      `Sin hasta el ${share} de las palabras, las que el modelo predice mejor, en ${tokens} tokens.`,
    ],
    budget: (forms, tokens) => [
      `${forms} en ${tokens} tokens`,
      `Tantas intervenciones como caben en ${tokens} tokens; las recientes conservan más palabras que las antiguas.`,
    ],
    budgetFirst: (forms, tokens, first) => [
      `${forms} en ${tokens} tokens, con las primeras ${first}`,
      `Tantas intervenciones como caben en ${tokens} tokens, y las primeras ${first}; las recientes conservan más ` +
        'palabras que las antiguas.',
    ],
    then: ', después ',
    recall: (name, tokens, most) => [
      `${name} y recuperación en ${tokens} tokens`,
      `Las intervenciones más recientes y hasta ${most} anteriores de significado parecido a la última, en ` +
        `${tokens} tokens.`,
    ],
  },
  tests: {
    metric: (measure, common) => `${measure} (${common})`,
    none: (metric, a, b, evidence) =>
      `${metric}: no se ha demostrado ninguna diferencia entre ${a} y ${b} (${evidence}).`,
    higher: (metric, a, b, by, evidence) => `${metric}: ${a} supera a ${b} en ${by} (${evidence}).`,
    lower: (metric, a, b, by, evidence) => `${metric}: ${a} está ${by} por debajo de ${b} (${evidence}).`,
    alone: (doubt) => ` Por sí solo, el intervalo excluye el cero, pero ${doubt}.`,
    maybeChance: (tests) => `entre ${tests} pruebas puede ser casualidad`,
    notConfirmed: 'la prueba de permutación no lo confirma',
    interval: (low, high) => `intervalo de confianza del 95 %: de ${low} a ${high}`,
    corrected: (p, tests) => `${p} tras corregir por ${tests} pruebas`,
    power: (difference) => ` Una prueba al 5 % encontraría una diferencia de ${difference} con una potencia del 80 %.`,
    taskTalk: (turns, of, percent) =>
      `${turns} de ${of} referencias hablan de la tarea de quienes escribieron los diálogos por encargo. Sin ellas, ` +
      `ninguna de las medidas contrastadas cambia más de un ${percent} %, y`,
    nothingChanges: 'no cambia ningún resultado.',
    changes: (findings) => `cambian estos resultados: ${findings}`,
  },
  judge: {
    replies: (n) => count(n, 'respuesta', 'respuestas'),
    dialogues: (n) => count(n, 'diálogo', 'diálogos'),
    rests: (name, judged, verdicts) =>
      `Juez: ${name}. Las puntuaciones van de 0 a 5 y se basan en ${judged} y ` +
      count(verdicts, 'veredicto', 'veredictos'),
    lacksNothing: ', de los que no falta ninguno.',
    lacks: (list) => `, de los cuales: ${list}.`,
    refused: (n) => count(n, 'negativa', 'negativas'),
    unreadable: (n) => count(n, 'ilegible incluso al repetir la pregunta', 'ilegibles incluso al repetir la pregunta'),
    failed: (n) => count(n, 'que no se pudo preguntar', 'que no se pudieron preguntar'),
    repaired: (n) =>
      `${count(n, 'respuesta no era', 'respuestas no eran')} el JSON que se pedía, pero los números están claros.`,
    deviation: (value) =>
      `Al repetir la pregunta, la media de los cuatro criterios tiene una desviación típica de ${value}.`,
    verbosity: (value) =>
      `La correlación de Spearman entre puntuación y longitud en palabras es ${value} (cerca de 0 si la longitud no ` +
      'cuenta).',
    noVerbosity: 'No se puede saber si se premia la longitud: hay muy poco puntuado, o es demasiado parecido.',
    own: 'También juzga respuestas propias, que los modelos suelen favorecer.',
    nothingInCommon: (first, second) => `${first} y ${second} todavía no han puntuado ninguna respuesta en común.`,
    pair: (first, second, replies, rank, height) =>
      `${first} y ${second}, ${count(replies, 'respuesta', 'respuestas')} en común: ${rank}; ${height}.`,
    correlation: (value) => `correlación de Spearman ${value}`,
    noCorrelation: 'muy pocas, o demasiado parecidas, para una correlación',
    equalMeans: 'sus medias son iguales',
    higher: (name, by) => `${name} puntúa de media ${by} más alto`,
  },
  check: {
    fewForSurvey: (question, needed, n) =>
      `No se puede decir nada sobre la concordancia con «${question}»: hacen falta ${needed} diálogos, y hay ${n}.`,
    constant: (question) =>
      `No se puede decir nada sobre la concordancia con «${question}»: todos tienen la misma puntuación.`,
    survey: (question, rho, n, shown, reach) =>
      `Concordancia con «${question}» según quienes buscaban apoyo: la correlación de Spearman es ${rho} en ${n} ` +
      `diálogos (1 es el mismo orden; 0, el azar; −1, el inverso), ${shown}: un juez que responde al azar se queda ` +
      `dentro de ±${reach} en 19 de cada 20 comprobaciones`,
    together: (tests) => `, para las ${tests} preguntas en conjunto`,
    more: 'más de lo que daría el azar',
    wrong: 'en la dirección equivocada',
    notMore: 'no más de lo que daría el azar',
    fewFailed: (needed, good, failed) =>
      `No se puede decir nada sobre las conversaciones fracasadas: hacen falta ${needed} diálogos de ambos tipos, y ` +
      `se han juzgado ${good} y ${failed}.`,
    separation: (percent, auc, shown) =>
      `Puestas una junto a otra, la conversación que salió bien recibe la puntuación más alta en el ${percent} % de ` +
      `los pares, y los empates cuentan la mitad: AUC ${auc}, ${shown}.`,
    guessing: (good, failed, low, high) =>
      ` 0,5 es el azar y 1 las separa todas; en ${good} y ${failed} diálogos, un juez que responde al azar obtiene ` +
      `de ${low} a ${high} en 19 de cada 20 comprobaciones.`,
  },
  missing: {
    condition: () => 'El plan de esta evaluación no nombra esta condición.',
    failed: () => 'Aquí la respuesta ha fallado, así que no se sabe si se envió algo.',
    dataset: (dataset) =>
      `Su conjunto de datos, «${dataset}», no está en este navegador. Añádelo en «Datos» y abre el turno de nuevo.`,
    'other-dialogue': () => 'El diálogo con este nombre en este navegador no es el de la evaluación.',
    'model-wrote': () => 'Este historial lo escribió el propio modelo durante la evaluación, y no se guardó.',
    tokenizer: () => 'Este historial depende del tokenizador del modelo, que no está en este navegador.',
    'left-out': (_, leftOut) =>
      `De las intervenciones más antiguas, ${count(leftOut, 'no cabía', 'no cabían')} en la ventana. ` +
      'Solo se puede saber cuáles con el tokenizador del modelo, que no está en este navegador.',
    'earlier-replies': () => 'Contiene respuestas anteriores del propio modelo, que esta evaluación no tiene.',
    'other-model': () =>
      'El modelo de la evaluación no está aquí: con el de este nombre, el contexto no habría tenido esta longitud.',
  },
  context: {
    unrecorded:
      'Reconstruido a partir del plan. No se omitió nada por falta de espacio, así que estos son los textos que se ' +
      'enviaron. Su número de tokens no se puede comparar, porque la evaluación no lo registró.',
    noTokenizer:
      'Reconstruido a partir del plan. No se omitió nada por falta de espacio, así que estos son los textos que se ' +
      'enviaron. Su número de tokens no se puede comparar, porque el tokenizador del modelo no está en este navegador.',
    agrees: (tokens) => `Reconstruido a partir del plan: ${tokens} tokens, los mismos que registró la evaluación.`,
    differs: (tokens, recorded) =>
      `Reconstruido a partir del plan, pero con ${tokens} tokens donde la evaluación registró ${recorded}: el ` +
      'modelo, su plantilla o el conjunto de datos no son los de este navegador, y lo que se envió puede ser distinto.',
  },
};

/** The adapters of the paper's setting, by id. */
function inPaperSetting(folder: string, corpus: string, epochs: string): Record<string, string> {
  const how = { raw: 'tal como se escribieron', keypos: 'comprimidas con KeyPOS', nostopwords: 'sin palabras vacías' };
  return Object.fromEntries(
    Object.entries(how).map(([id, utterances]) => [
      `smollm2-135m-instruct+${folder}-${id}`,
      `Entrenado con ${corpus}, como en el artículo, con las intervenciones ${utterances}: rango 32 (recortado desde ` +
        `64 después del entrenamiento), alfa 32, ${epochs}.`,
    ]),
  );
}
