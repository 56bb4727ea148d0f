import type { Terms } from '../terms.ts';

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
  engines: {
    onnxFolder: 'Carpeta ONNX de este dispositivo.',
    ggufFile: 'Archivo GGUF de este dispositivo.',
    fromHost: (host) => `Descargado de ${host}.`,
    converted: (kind) => `Convertido desde ${kind} en este dispositivo, 4 bits por peso.`,
    adapter: (base) => `Adaptador de este dispositivo, sobre ${base}.`,
    sum: (sum, base) => `Suma de ${sum}, sobre ${base}.`,
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
