import type { Catalogue } from '../catalogue.ts';

export const models: Catalogue['models'] = {
  lead:
    'Im Arbeitsspeicher ist immer nur ein Modell; es antwortet in jeder Ansicht. Modelle laufen auf dieser Seite, ' +
    'außer denen auf einem Server.',
  add: 'Modell hinzufügen',
  combineHead: 'Adapter kombinieren',

  runOn: 'Modelle ausführen auf',
  devices: {
    auto: {
      name: 'Automatisch',
      hint: 'Auf der Grafikkarte, wenn der Browser eine anbietet, sonst auf dem Prozessor.',
    },
    webgpu: { name: 'WebGPU', hint: 'Nur auf der Grafikkarte; bietet der Browser keine an, scheitert das Laden.' },
    wasm: { name: 'Wasm', hint: 'Nur auf dem Prozessor: langsamer, läuft aber überall.' },
  },
  nextTime: 'Gilt, sobald das nächste Mal ein Modell geladen wird.',

  over: (size, base, baseSize) => `${size}, für ${base} (${baseSize}, einmal heruntergeladen)`,
  memory: (size) => `etwa ${size} Arbeitsspeicher`,
  keptOnceLoaded: (size) => `belegt nach dem Laden bis zu ${size} Speicherplatz`,
  keptWithBase: (size) => `belegt nach dem Laden bis zu ${size} Speicherplatz, Grundmodell eingeschlossen`,
  stored: 'hier gespeichert',
  storedBytes: (size) => `${size} hier gespeichert`,
  storedPart: (size) => `${size} davon hier gespeichert`,
  licence: 'Lizenz:',
  howTrained: 'Wie es trainiert wurde',
  card: 'Modellkarte',
  inUse: 'in Benutzung',
  inMemory: 'im Arbeitsspeicher',
  on: (device) => `auf ${device}`,
  loadNamed: (name) => `${name} laden`,
  unloadNamed: (name) => `${name} entladen`,
  leaving: 'Wird entladen, sobald es nicht mehr benutzt wird',
  switch: 'Wechseln',
  switchTo: (name) => `Zu ${name} wechseln`,
  convert: 'Für WebGPU umwandeln',
  convertNamed: (name) => `Für WebGPU umwandeln: ${name}`,
  save: 'Speichern',
  saveNamed: (name) => `Adapter ${name} speichern`,
  saveFormats: {
    gguf: { name: 'GGUF', about: 'Eine Datei mit 8 Bit je Wert, für llama.cpp und dieses Labor.' },
    peft: {
      name: 'PEFT-Ordner',
      about: 'Seine Dateien in einfacher Genauigkeit, für Transformers mit PEFT und dieses Labor.',
    },
  },
  remove: 'Entfernen',
  removeNamed: (name) => `${name} entfernen`,
  removeHead: (name) => `${name} entfernen?`,
  deleteFiles: 'Dateien löschen',
  deleteFilesOf: (name) => `Dateien löschen: ${name}`,
  deleteHead: (name) => `Dateien von ${name} löschen?`,
  deleteThem: 'Löschen',
  frees: (size) => `Das gibt ${size} in diesem Browser frei.`,
  fetchedAgain: 'Wenn du das Modell wieder lädst, wird es noch einmal heruntergeladen.',
  adaptersNeed: 'Adapter, die darauf aufbauen, brauchen es.',
  conversationsStay: 'Deine Gespräche bleiben erhalten.',

  larger: 'Größere Modelle',
  asking: 'Der Browser wird nach einer Grafikkarte gefragt…',
  noLarger: 'Ein größeres Modell braucht eine Grafikkarte, die der Browser über WebGPU anbietet. Das geht hier nicht:',
  largerWays:
    'Zwei Wege bleiben: ein aktueller Chrome, Edge oder Safari auf einem Computer mit Grafikkarte, oder ein Server ' +
    '(siehe unten): Ollama oder llama.cpp auf deinem eigenen Computer, oder ein Dienst, der dann liest, was du ' +
    'schreibst.',
  largerLead:
    'Sie antworten meist besser und laufen auf dieser Seite, auf der Grafikkarte. Jedes wird einmal von den Servern ' +
    'des MLC-Projekts heruntergeladen; diese sehen, dass du es lädst, aber nichts von dem, was du schreibst.',
  largerName: (name, parameters) => `${name}, ${parameters} Parameter`,
  largerInUse: 'In Benutzung.',
  backToChat: 'Zurück zum Chat',
  loadLarger: (size) => `Laden (etwa ${size})`,
  loadLargerNamed: (name, parameters, size) => `Laden: ${name}, ${parameters} Parameter, etwa ${size}`,
  loadStored: 'Laden (auf dem Gerät)',
  loadStoredNamed: (name, parameters) => `Laden: ${name}, ${parameters} Parameter, auf dem Gerät`,
  more: 'Weitere stehen unten unter WebLLM. Passt eines nicht, zeigt sich das beim Laden.',
  listFailed: 'Die Liste konnte nicht gelesen werden. Lade die Seite neu, um es noch einmal zu versuchen.',

  ways: 'Möglichkeiten, ein Modell hinzuzufügen',
  webllm: 'WebLLM',
  endpoint: 'Server',
  dropHere:
    'Zieh einen Modellordner hierher, eine GGUF- oder Safetensors-Datei mit ihrer config.json und tokenizer.json ' +
    'oder einen Adapter: eine GGUF-Datei oder den Ordner von PEFT.',
  address: 'Adresse eines Modellordners oder einer Modelldatei',
  addressExample: 'https://…/mein-modell/ oder https://…/modell.gguf',
  addressHint:
    'Ein Ordner, wie transformers.js ihn liest (config.json, tokenizer.json, onnx/…), oder eine GGUF-Datei. Das ' +
    'Modell wird von dort heruntergeladen, in diesem Browser gespeichert und mit seinem Manifest verglichen, wenn es ' +
    'eines gibt.',
  adding: (name) => `${name} wird hinzugefügt`,
  added: (name) => `${name} wurde hinzugefügt.`,

  prebuilt: 'Fertige Modelle',
  prebuiltHint:
    'Vom MLC-Projekt für WebGPU kompiliert; sie werden von dessen Servern heruntergeladen, wenn du eines lädst.',
  readingList: 'Die Liste wird gelesen…',
  ofMemory: (size) => `${size} Speicher`,
  addOne: 'Hinzufügen',
  addNamed: (name) => `Hinzufügen: ${name}`,
  noneFound: 'Kein Modell hat diese Wörter im Namen.',
  moreFound: (models) => `Und ${models} weitere; grenze sie mit der Suche ein.`,
  ownPair: 'Oder ein eigenes Paar',
  name: 'Name',
  weightsAddress: 'Adresse der Gewichte',
  libraryAddress: 'Adresse der kompilierten Bibliothek',
  addPair: 'Paar hinzufügen',

  endpointHint:
    'Jeder Server mit der Chat-Schnittstelle von OpenAI: vLLM, der Server von llama.cpp, Ollama oder ein gehosteter. ' +
    'Er bekommt die Gespräche, die du mit ihm führst; alles andere im Labor bleibt hier.',
  baseAddress: 'Basisadresse',
  model: 'Modell',
  modelExample: 'wie der Server es nennt',
  key: 'Schlüssel, falls der Server einen braucht',
  keyHint: 'Bleibt im Arbeitsspeicher, bis du diesen Tab schließt, außer du setzt das Häkchen.',
  rememberKey: 'Den Schlüssel in diesem Browser speichern',
  addEndpoint: 'Server hinzufügen',

  twoNeeded: 'Dafür braucht es mindestens zwei Adapter. Füge oben einen hinzu.',
  combineHint:
    'Die Änderungen der Adapter werden addiert, jede mal ihr Gewicht; 1 wendet sie ganz an. Lass das Feld leer bei ' +
    'denen, die nicht beteiligt sind.',
  combinationName: 'Name der Kombination',
  combine: 'Kombinieren',

  failed: {
    add: 'Das Modell konnte nicht hinzugefügt werden.',
    save: 'Der Adapter konnte nicht gespeichert werden.',
  },
};
