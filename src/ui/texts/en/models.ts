/** Models: the list, and the ways to add and combine them. */
export const models = {
  lead: 'One model at a time is in memory and answers in every view. Models run in this page, except for endpoints.',
  add: 'Add a model',
  combineHead: 'Combine adapters',

  runOn: 'Run models on',
  devices: {
    auto: { name: 'Automatic', hint: 'The graphics card if the browser offers one, otherwise the processor.' },
    webgpu: { name: 'WebGPU', hint: 'Only the graphics card; loading fails if the browser offers none.' },
    wasm: { name: 'Wasm', hint: 'Only the processor: slower, but it runs everywhere.' },
  },
  nextTime: 'Takes effect the next time a model is loaded.',

  over: (size: string, base: string, baseSize: string) => `${size}, over ${base} (${baseSize}, fetched once)`,
  memory: (size: string) => `about ${size} of memory`,
  keptOnceLoaded: (size: string) => `takes up to ${size} of storage once loaded`,
  keptWithBase: (size: string) => `takes up to ${size} of storage once loaded, base included`,
  stored: 'stored here',
  storedBytes: (size: string) => `${size} stored here`,
  storedPart: (size: string) => `${size} of it stored here`,
  licence: 'Licence:',
  howTrained: 'How it was trained',
  card: 'Model card',
  inUse: 'in use',
  inMemory: 'in memory',
  on: (device: string) => `on ${device}`,
  loadNamed: (name: string) => `Load ${name}`,
  unloadNamed: (name: string) => `Unload ${name}`,
  leaving: 'Unloads when no longer in use',
  switch: 'Switch',
  switchTo: (name: string) => `Switch to ${name}`,
  convert: 'Convert for WebGPU',
  convertNamed: (name: string) => `Convert for WebGPU: ${name}`,
  save: 'Save',
  saveNamed: (name: string) => `Save the adapter ${name}`,
  saveFormats: {
    gguf: { name: 'GGUF', about: 'One file of 8 bits per value, for llama.cpp and this lab.' },
    peft: { name: 'PEFT folder', about: 'Its files in single precision, for Transformers with PEFT and this lab.' },
  },
  remove: 'Remove',
  removeNamed: (name: string) => `Remove ${name}`,
  removeHead: (name: string) => `Remove ${name}?`,
  deleteFiles: 'Delete its files',
  deleteFilesOf: (name: string) => `Delete the files of ${name}`,
  deleteHead: (name: string) => `Delete the files of ${name}?`,
  deleteThem: 'Delete them',
  frees: (size: string) => `This frees ${size} in this browser.`,
  fetchedAgain: 'The model is downloaded again when you next load it.',
  adaptersNeed: 'Adapters over it need it.',
  conversationsStay: 'Your conversations are kept.',

  larger: 'Larger models',
  asking: 'Asking the browser for a graphics card…',
  /** The reason ends the sentence. */
  noLarger: 'A larger model needs a graphics card that the browser offers through WebGPU, and here',
  largerWays:
    'Two ways remain: a current Chrome, Edge or Safari on a computer with a graphics card, or an endpoint (see ' +
    'below): Ollama or llama.cpp on your own computer, or a service, which then reads what you write.',
  largerLead:
    'They usually answer better, and run in this page, on the graphics card. Each is fetched once from the hosts of ' +
    'the MLC project, which see that you fetch it but nothing that you write.',
  largerName: (name: string, parameters: string) => `${name}, ${parameters} parameters`,
  largerInUse: 'In use.',
  backToChat: 'Back to the chat',
  loadLarger: (size: string) => `Load (about ${size})`,
  loadLargerNamed: (name: string, parameters: string, size: string) =>
    `Load ${name}, ${parameters} parameters, about ${size}`,
  loadStored: 'Load (on this device)',
  loadStoredNamed: (name: string, parameters: string) => `Load ${name}, ${parameters} parameters, on this device`,
  more: 'More of them are under WebLLM below. One that does not fit says so when it is loaded.',
  listFailed: 'The list could not be read. Reload the page to try again.',

  ways: 'Ways to add a model',
  webllm: 'WebLLM',
  endpoint: 'Endpoint',
  dropHere:
    'Drop a model folder here, a GGUF or safetensors file with its config.json and tokenizer.json, or an adapter: a ' +
    'GGUF file, or PEFT’s folder.',
  address: 'Address of a model folder or file',
  addressExample: 'https://…/my-model/ or https://…/model.gguf',
  addressHint:
    'A folder as transformers.js reads it (config.json, tokenizer.json, onnx/…) or a GGUF file. It is fetched from ' +
    'there, kept in this browser and checked against its manifest where there is one.',
  adding: (name: string) => `Adding ${name}`,
  added: (name: string) => `${name} was added.`,

  prebuilt: 'Prebuilt models',
  prebuiltHint: 'Compiled for WebGPU by the MLC project and fetched from its hosts when you load one.',
  readingList: 'Reading the list…',
  ofMemory: (size: string) => `${size} of memory`,
  addOne: 'Add',
  addNamed: (name: string) => `Add ${name}`,
  noneFound: 'No model has these words in its name.',
  moreFound: (models: string) => `And ${models} more; search to narrow them down.`,
  ownPair: 'Or your own pair',
  name: 'Name',
  weightsAddress: 'Address of the weights',
  libraryAddress: 'Address of the compiled library',
  addPair: 'Add pair',

  endpointHint:
    'Any server with OpenAI’s chat interface: vLLM, llama.cpp’s server, Ollama, or a hosted one. It receives the ' +
    'conversations you have with it; everything else in the lab stays here.',
  baseAddress: 'Base address',
  model: 'Model',
  modelExample: 'as the server calls it',
  key: 'Key, if the server needs one',
  keyHint: 'Kept in memory until you close this tab, unless you tick the box.',
  rememberKey: 'Remember the key in this browser',
  addEndpoint: 'Add endpoint',

  twoNeeded: 'This needs at least two adapters. Add one above.',
  combineHint:
    'The changes of the adapters are added up, each times its weight; 1 applies it fully. Leave out those that take ' +
    'no part.',
  combinationName: 'Name of the combination',
  combine: 'Combine',

  failed: {
    add: 'The model could not be added.',
    save: 'The adapter could not be saved.',
  },
};
