import type { Terms } from '../terms.ts';

export const terms: Terms = {
  compressions: {
    raw: 'Jedes Wort, wie es geschrieben wurde.',
    keypos: 'Nur Wörter wichtiger Wortarten, etwa Substantive, Verben und Pronomen.',
    nostopwords: 'Alles außer den 179 häufigsten englischen Wörtern.',
  },
  examples: [
    {
      title: 'Kleine Wörter können den Sinn umkehren',
      why:
        'Rowan sagt „I’m not being difficult“ und „I don’t do the face“. „Not“ ist kein wichtiges Wort, also lässt ' +
        'KeyPOS es weg, und der Satz sagt das Gegenteil.',
    },
    {
      title: 'Namen und Orte bleiben',
      why:
        'Harolds Tochter, seine Frau, ein See und eine Bibliothek: Substantive und Namen behalten beide ' +
        'Kompressionen. Was macht jede Antwort daraus?',
    },
    {
      title: 'Ein langes Gespräch, und was es spart',
      why:
        'Einundzwanzig Beiträge, von denen das Modell jedes Wort liest oder nur die Hälfte. Je länger ein Gespräch ' +
        'ist, desto mehr wird gespart, und desto weniger bleibt von der eigenen Stimme der Person.',
    },
  ],
  models: {
    'smollm2-135m-instruct':
      'Das Grundmodell, wie es veröffentlicht wurde: nicht für emotionale Unterstützung trainiert. Adapter verändern ' +
      'es.',
    'smollm2-135m-instruct+solace':
      'Mit dem Solace-Korpus trainiert: greift auf, was gesagt wurde, fragt nach und schlägt kleine Schritte vor. ' +
      'Klein, deshalb versteht es oft nicht, worum es geht.',
    ...inPaperSetting('corpus', 'dem Solace-Korpus', 'eine Epoche'),
    ...inPaperSetting('esconv', 'ESConv', 'eine halbe Epoche'),
  },
  engines: {
    onnxFolder: 'ONNX-Ordner von diesem Gerät.',
    ggufFile: 'GGUF-Datei von diesem Gerät.',
    fromHost: (host) => `Von ${host} heruntergeladen.`,
    converted: (kind) => `Auf diesem Gerät aus ${kind} umgewandelt, 4 Bit je Gewicht.`,
    adapter: (base) => `Adapter von diesem Gerät, auf ${base}.`,
    sum: (sum, base) => `Summe aus ${sum}, auf ${base}.`,
    webllm: 'Läuft mit WebLLM auf WebGPU.',
    noWebGpu: 'dieser Browser hat kein WebGPU',
    noAdapter: 'es wurde keine Grafikkarte gefunden',
    onlyProgram: (name) => `die einzige Grafikkarte hier ist ein Programm (${name})`,
    noSuspending:
      'llama.cpp braucht einen Browser, dessen Wasm auf WebGPU warten kann (JSPI), und dieser kann es nicht',
    noHalfPrecision:
      'llama.cpp braucht für WebGPU Rechnungen mit halber Genauigkeit (shader-f16), und diese Grafikkarte kann sie ' +
      'nicht',
    noProbabilities: 'WebLLM gibt keine Log-Wahrscheinlichkeiten eines vorgegebenen Textes aus',
    slower: (why) => `Läuft auf dem Prozessor, deshalb dauern Antworten länger: ${why}.`,
    convert: 'Für WebGPU umgewandelt, kann es die Grafikkarte benutzen.',
    layers: (there, all) =>
      `${there} von ${all} Schichten laufen auf WebGPU, die übrigen auf Wasm, weil die Grafikkarte keinen Platz für ` +
      'sie hat.',
  },
};

/** The adapters of the paper's setting, by id. */
function inPaperSetting(folder: string, corpus: string, epochs: string): Record<string, string> {
  const how = { raw: 'unverändert', keypos: 'mit KeyPOS komprimiert', nostopwords: 'ohne Stoppwörter' };
  return Object.fromEntries(
    Object.entries(how).map(([id, utterances]) => [
      `smollm2-135m-instruct+${folder}-${id}`,
      `Mit ${corpus} trainiert, wie im Paper, Äußerungen ${utterances}: Rang 32 (nach dem Training von 64 gekürzt), ` +
        `Alpha 32, ${epochs}.`,
    ]),
  );
}
