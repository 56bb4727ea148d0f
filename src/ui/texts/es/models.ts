import type { Catalogue } from '../catalogue.ts';

export const models: Catalogue['models'] = {
  lead:
    'Solo hay un modelo a la vez en la memoria, y responde en todas las secciones. Los modelos funcionan en esta ' +
    'página, salvo los de un servidor.',
  add: 'Añadir un modelo',
  combineHead: 'Combinar adaptadores',

  runOn: 'Ejecutar los modelos en',
  devices: {
    auto: { name: 'Automático', hint: 'En la tarjeta gráfica si el navegador ofrece una; si no, en el procesador.' },
    webgpu: {
      name: 'WebGPU',
      hint: 'Solo en la tarjeta gráfica; si el navegador no ofrece ninguna, no se puede cargar.',
    },
    wasm: { name: 'Wasm', hint: 'Solo en el procesador: más lento, pero funciona en todas partes.' },
  },
  nextTime: 'Se aplica la próxima vez que se cargue un modelo.',

  over: (size, base, baseSize) => `${size}, para ${base} (${baseSize}, se descarga una sola vez)`,
  memory: (size) => `unos ${size} de memoria`,
  keptOnceLoaded: (size) => `ocupa hasta ${size} tras cargarlo`,
  keptWithBase: (size) => `ocupa hasta ${size} tras cargarlo, modelo base incluido`,
  stored: 'guardado aquí',
  storedBytes: (size) => `${size} guardados aquí`,
  storedPart: (size) => `de ellos, ${size} guardados aquí`,
  licence: 'Licencia:',
  howTrained: 'Cómo se entrenó',
  card: 'Ficha del modelo',
  inUse: 'en uso',
  inMemory: 'en la memoria',
  on: (device) => `en ${device}`,
  loadNamed: (name) => `Cargar ${name}`,
  unloadNamed: (name) => `Sacar de la memoria: ${name}`,
  leaving: 'Saldrá de la memoria cuando deje de usarse',
  switch: 'Cambiar',
  switchTo: (name) => `Cambiar a ${name}`,
  convert: 'Convertir para WebGPU',
  convertNamed: (name) => `Convertir para WebGPU: ${name}`,
  save: 'Guardar',
  saveNamed: (name) => `Guardar el adaptador ${name}`,
  saveFormats: {
    gguf: { name: 'GGUF', about: 'Un archivo de 8 bits por valor, para llama.cpp y este laboratorio.' },
    peft: {
      name: 'Carpeta PEFT',
      about: 'Sus archivos en precisión simple, para Transformers con PEFT y este laboratorio.',
    },
  },
  remove: 'Quitar',
  removeNamed: (name) => `Quitar ${name}`,
  removeHead: (name) => `¿Quitar ${name}?`,
  deleteFiles: 'Borrar los archivos',
  deleteFilesOf: (name) => `Borrar los archivos de ${name}`,
  deleteHead: (name) => `¿Borrar los archivos de ${name}?`,
  deleteThem: 'Borrarlos',
  frees: (size) => `Así se liberan ${size} en este navegador.`,
  fetchedAgain: 'El modelo se descargará de nuevo cuando vuelvas a cargarlo.',
  adaptersNeed: 'Los adaptadores que se apoyan en él lo necesitan.',
  conversationsStay: 'Tus conversaciones se conservan.',

  larger: 'Modelos más grandes',
  asking: 'Preguntando al navegador por una tarjeta gráfica…',
  noLarger:
    'Un modelo más grande necesita una tarjeta gráfica que el navegador ofrezca con WebGPU. Aquí no es posible:',
  largerWays:
    'Quedan dos maneras: una versión actual de Chrome, Edge o Safari en un ordenador con tarjeta gráfica, o un ' +
    'servidor (más abajo): Ollama o llama.cpp en tu propio ordenador, o un servicio, que entonces leerá lo que ' +
    'escribas.',
  largerLead:
    'Suelen responder mejor, y funcionan en esta página, en la tarjeta gráfica. Cada uno se descarga una sola vez de ' +
    'los servidores del proyecto MLC, que ven que lo descargas, pero nada de lo que escribes.',
  largerName: (name, parameters) => `${name}, ${parameters} de parámetros`,
  largerInUse: 'En uso.',
  backToChat: 'Volver al chat',
  loadLarger: (size) => `Cargar (unos ${size})`,
  loadLargerNamed: (name, parameters, size) => `Cargar ${name}, ${parameters} de parámetros, unos ${size}`,
  loadStored: 'Cargar (guardado aquí)',
  loadStoredNamed: (name, parameters) => `Cargar ${name}, ${parameters} de parámetros, guardado aquí`,
  more: 'Hay más abajo, en WebLLM. Si alguno no cabe, se sabrá al cargarlo.',
  listFailed: 'No se ha podido leer la lista. Recarga la página para intentarlo de nuevo.',

  ways: 'Maneras de añadir un modelo',
  webllm: 'WebLLM',
  endpoint: 'Servidor',
  dropHere:
    'Suelta aquí la carpeta de un modelo, un archivo GGUF o safetensors con su config.json y su tokenizer.json, o un ' +
    'adaptador: un archivo GGUF o la carpeta de PEFT.',
  address: 'Dirección de la carpeta o el archivo de un modelo',
  addressExample: 'https://…/mi-modelo/ o https://…/modelo.gguf',
  addressHint:
    'Una carpeta como las que lee transformers.js (config.json, tokenizer.json, onnx/…) o un archivo GGUF. El modelo ' +
    'se descarga de ahí, se guarda en este navegador y se comprueba con su manifiesto, si lo tiene.',
  adding: (name) => `Añadiendo ${name}`,
  added: (name) => `Se ha añadido ${name}.`,

  prebuilt: 'Modelos preparados',
  prebuiltHint: 'Compilados para WebGPU por el proyecto MLC; se descargan de sus servidores cuando cargas uno.',
  readingList: 'Leyendo la lista…',
  ofMemory: (size) => `${size} de memoria`,
  addOne: 'Añadir',
  addNamed: (name) => `Añadir ${name}`,
  noneFound: 'Ningún modelo tiene estas palabras en el nombre.',
  moreFound: (models) => `Y ${models} más; usa la búsqueda para acotar la lista.`,
  ownPair: 'O tu propio par',
  name: 'Nombre',
  weightsAddress: 'Dirección de los pesos',
  libraryAddress: 'Dirección de la biblioteca compilada',
  addPair: 'Añadir el par',

  endpointHint:
    'Cualquier servidor con la interfaz de chat de OpenAI: vLLM, el servidor de llama.cpp, Ollama o uno contratado. ' +
    'Recibe las conversaciones que tengas con él; todo lo demás del laboratorio se queda aquí.',
  baseAddress: 'Dirección base',
  model: 'Modelo',
  modelExample: 'tal como lo llama el servidor',
  key: 'Clave, si el servidor la pide',
  keyHint: 'Se queda en la memoria hasta que cierres esta pestaña, salvo que marques la casilla.',
  rememberKey: 'Guardar la clave en este navegador',
  addEndpoint: 'Añadir el servidor',

  twoNeeded: 'Hacen falta al menos dos adaptadores. Añade uno más arriba.',
  combineHint:
    'Los cambios de los adaptadores se suman, cada uno multiplicado por su peso; 1 lo aplica por completo. Deja ' +
    'vacíos los que no participen.',
  combinationName: 'Nombre de la combinación',
  combine: 'Combinar',

  failed: {
    add: 'No se ha podido añadir el modelo.',
    save: 'No se ha podido guardar el adaptador.',
  },
};
