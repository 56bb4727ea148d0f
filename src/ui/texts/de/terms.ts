import { countingIn } from '../counting.ts';
import type { Terms } from '../terms.ts';
import { imports } from './imports.ts';

const count = countingIn('de');

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
        'Einundzwanzig Äußerungen, von denen das Modell jedes Wort liest oder nur die Hälfte. Je länger ein Gespräch ' +
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
  imports,
  engines: {
    onnxFolder: 'ONNX-Ordner von diesem Gerät.',
    ggufFile: 'GGUF-Datei von diesem Gerät.',
    fromHost: (host) => `Von ${host} heruntergeladen.`,
    converted: (kind) => `Auf diesem Gerät aus ${kind} umgewandelt, 4 Bit je Gewicht.`,
    adapter: (base) => `Adapter von diesem Gerät, für ${base}.`,
    sum: (sum, base) => `Summe aus ${sum}, für ${base}.`,
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
    withoutWidening: (why) => `Antworten dauern länger als nötig: ${why}.`,
    wrongWide: 'ONNX Runtime hat auf diesem Prozessor mit erweiterten Gewichten falsch gerechnet',
    noRoomToWiden: 'der Speicher reicht nicht, um die Gewichte zu erweitern',
    failedWide: (what) => `ONNX Runtime ist mit erweiterten Gewichten gescheitert (${what})`,
    withoutLlama: 'Läuft mit ONNX Runtime, weil llama.cpp auf diesem Prozessor falsch gerechnet hat.',
  },
  notebooksInEnglish: 'Die Notebooks selbst und ihre Bedienelemente sind auf Englisch.',
  notebooks: {
    'the-paper-live':
      'Jede Tabelle und jede Abbildung neben dem, was hier gemessen wurde, mit Intervallen, und wo sich die Zahlen ' +
      'des Papers widersprechen.',
    'compression-playground':
      'Ein Dialog und ein Regler für das Budget: was hineinpasst, was verloren geht und wie das Modell dann noch ' +
      'antwortet.',
    'which-words-matter':
      'Lass eine Wortart nach der anderen weg und sieh, wie sich der Loss der ursprünglichen Antwort ändert.',
    'loss-curves': 'Die Trainingsläufe des Labors oder eine beliebige Datei mit Messwerten, die du hierher ziehst.',
    'fine-tune-in-this-tab':
      'Ein kleiner Adapter, der vor deinen Augen trainiert wird, seine Loss-Kurve und das Modell vorher und nachher.',
    'judging-the-judge':
      'Kann ein kleines Modell bewerten, ob etwas hilft? Wiederholung, Reihenfolge und Länge stellen seine ' +
      'Bewertungen auf die Probe.',
    'bring-your-own-data':
      'Zieh eine Datei mit Dialogen hierher: was gelesen wurde, was daran nicht stimmte, wie lang sie ist und was ' +
      'Kompression einspart.',
  },
  measures: {
    perplexity: 'Perplexität',
    perplexity_compressed: 'Perplexität, komprimierte Antwort',
    promptTokens: 'Tokens im Prompt',
    newTokens: 'Tokens der Antwort',
    nltk_corpus_bleu2_method0: 'BLEU-2, Korpus',
    nltk_corpus_bleu4_method0: 'BLEU-4, Korpus',
    sacre_sentence_bleu4: 'sacreBLEU, Satz',
    sacre_corpus_bleu4: 'sacreBLEU, Korpus',
    length_ratio: 'Längenverhältnis',
  },
  criteria: {
    engagement: 'Zugewandtheit',
    comforting: 'Trost',
    appropriateness: 'Angemessenheit',
    suggestion: 'Ratschlag',
    mean: 'Mittel',
  },
  judged: (criterion) => `${criterion} (Bewerter)`,
  prompts: {
    lab: {
      name: 'Der des Labors',
      about: 'Er erklärt jedes Kriterium und die Enden der Skala und verlangt JSON. Er ist auf Englisch.',
    },
    paper: {
      name: 'Der des Papers, nach einer Zusammenfassung von Abbildung 7',
      about:
        'Er nennt die vier Kriterien und die Skala, ohne sie zu erklären, und verlangt eine Liste. Sein Wortlaut ' +
        'ist der einer Zusammenfassung von Abbildung 7, deren voller Text nicht vorliegt. Er ist auf Englisch.',
    },
  },
  questions: {
    empathy: 'Empathie',
    relevance: 'Relevanz',
    low_final_emotion_intensity: 'geringe Belastung am Ende',
    fall_in_emotion_intensity: 'Rückgang der Belastung',
  },
  histories: {
    every: (name) => [
      `${name}, neueste ungekürzt`,
      `Jede Äußerung mit ${name}; die neueste, wie sie geschrieben wurde.`,
    ],
    last: (k) => [`Letzte ${k}`, `Die letzten ${k} Äußerungen.`],
    ends: (first, last) => [
      `Erste ${first} und letzte ${last}`,
      `Die ersten ${first} und die letzten ${last} Äußerungen.`,
    ],
    summary: (keep, most) => [
      `Laufende Zusammenfassung und letzte ${keep}`,
      `Eine Zusammenfassung des Modells von allem vor den letzten ${keep} bis ${most} Äußerungen.`,
    ],
    summaryIn: (tokens) => [
      `Laufende Zusammenfassung in ${tokens} Tokens`,
      `Eine Zusammenfassung des Modells von alten Äußerungen, dann die neuesten, in ${tokens} Tokens.`,
    ],
    selective: (share) => [
      `Selective Context ${share}`,
      `Ohne die ${share} der Wörter, die das Modell am besten vorhersagt.`,
    ],
    selectiveIn: (tokens, share) => [
      `Selective Context in ${tokens} Tokens`,
      `Ohne bis zu ${share} der Wörter, und zwar die, die das Modell am besten vorhersagt, in ${tokens} Tokens.`,
    ],
    budget: (forms, tokens) => [
      `${forms} in ${tokens} Tokens`,
      `So viele Äußerungen, wie in ${tokens} Tokens passen; neue behalten mehr Wörter als alte.`,
    ],
    budgetFirst: (forms, tokens, first) => [
      `${forms} in ${tokens} Tokens, mit den ersten ${first}`,
      `So viele Äußerungen, wie in ${tokens} Tokens passen, und die ersten ${first}; neue behalten mehr Wörter als ` +
        'alte.',
    ],
    then: ', dann ',
    recall: (name, tokens, most) => [
      `${name} und Rückblick in ${tokens} Tokens`,
      `Die neuesten Äußerungen und bis zu ${most} frühere, die der neuesten inhaltlich nahekommen, in ${tokens} ` +
        'Tokens.',
    ],
  },
  tests: {
    metric: (measure, common) => `${measure} (${common})`,
    none: (metric, a, b, evidence) => `${metric}: Zwischen ${a} und ${b} ist kein Unterschied belegt (${evidence}).`,
    higher: (metric, a, b, by, evidence) => `${metric}: ${a} liegt um ${by} höher als ${b} (${evidence}).`,
    lower: (metric, a, b, by, evidence) => `${metric}: ${a} liegt um ${by} niedriger als ${b} (${evidence}).`,
    alone: (doubt) => ` Für sich genommen schließt das Intervall null aus, aber ${doubt}.`,
    maybeChance: (tests) => `unter ${tests} Tests kann das Zufall sein`,
    notConfirmed: 'der Permutationstest bestätigt es nicht',
    interval: (low, high) => `95-%-Konfidenzintervall ${low} bis ${high}`,
    corrected: (p, tests) => `${p} nach Korrektur für ${tests} Tests`,
    power: (difference) =>
      ` Ein Test zum Niveau von 5 % fände einen Unterschied von ${difference} mit einer Teststärke von 80 %.`,
    taskTalk: (turns, of, percent) =>
      `${turns} von ${of} Referenzen sprechen von der Aufgabe der Crowdworker. Ohne sie verschiebt sich kein ` +
      `getestetes Maß um mehr als ${percent} %, und`,
    nothingChanges: 'kein Befund ändert sich.',
    changes: (findings) => `diese Befunde ändern sich: ${findings}`,
  },
  judge: {
    replies: (n) => count(n, 'Antwort', 'Antworten'),
    dialogues: (n) => count(n, 'Dialog', 'Dialogen'),
    rests: (name, judged, verdicts) =>
      `Bewerter: ${name}. Die Bewertungen reichen von 0 bis 5 und beruhen auf ${judged} und ` +
      count(verdicts, 'Urteil', 'Urteilen'),
    lacksNothing: ', von denen keines fehlt.',
    lacks: (list) => `, davon ${list}.`,
    refused: (n) => `${n} verweigert`,
    unreadable: (n) => `${n} auch auf Nachfrage unlesbar`,
    failed: (n) => `${n}, nach denen nicht gefragt werden konnte`,
    repaired: (n) =>
      `${count(n, 'Antwort war', 'Antworten waren')} nicht das verlangte JSON, aber die Zahlen darin sind eindeutig.`,
    deviation: (value) =>
      `Bei wiederholtem Fragen hat das Mittel der vier Kriterien eine Standardabweichung von ${value}.`,
    verbosity: (value) =>
      `Die Spearman-Korrelation von Bewertung und Länge in Wörtern ist ${value} (nahe 0, wo Länge nichts einbringt).`,
    noVerbosity:
      'Ob Länge belohnt wird, lässt sich nicht bestimmen: Es gibt zu wenig Bewertetes, oder es ist sich zu ähnlich.',
    own: 'Er bewertet auch eigene Antworten, die Modelle gern bevorzugen.',
    nothingInCommon: (first, second) => `${first} und ${second} haben noch keine gemeinsam bewertete Antwort.`,
    pair: (first, second, replies, rank, height) =>
      `${first} und ${second}, ${count(replies, 'gemeinsame Antwort', 'gemeinsame Antworten')}: ${rank}; ${height}.`,
    correlation: (value) => `Spearman-Korrelation ${value}`,
    noCorrelation: 'zu wenige oder zu ähnliche für eine Korrelation',
    equalMeans: 'ihre Mittelwerte sind gleich',
    higher: (name, by) => `${name} bewertet im Mittel um ${by} höher`,
  },
  check: {
    fewForSurvey: (question, needed, n) =>
      `Über die Übereinstimmung mit „${question}“ lässt sich nichts sagen: Dafür braucht es ${needed} Dialoge, und ` +
      `es gibt ${n}.`,
    constant: (question) =>
      `Über die Übereinstimmung mit „${question}“ lässt sich nichts sagen: Alle haben dieselbe Bewertung.`,
    survey: (question, rho, n, shown, reach) =>
      `Übereinstimmung mit „${question}“ nach Angabe der Hilfesuchenden: Die Spearman-Korrelation ist ${rho} über ` +
      `${n} Dialoge (1 ist dieselbe Reihenfolge, 0 Zufall, −1 die umgekehrte), ${shown}: Ein Bewerter, der rät, ` +
      `bleibt in 19 von 20 Prüfungen innerhalb von ±${reach}`,
    together: (tests) => `, für alle ${tests} Fragen zusammen`,
    more: 'mehr, als der Zufall ergäbe',
    wrong: 'in der falschen Richtung',
    notMore: 'nicht mehr, als der Zufall ergäbe',
    fewFailed: (needed, good, failed) =>
      `Über misslungene Gespräche lässt sich nichts sagen: Dafür braucht es ${needed} Dialoge beider Arten, und ` +
      `bewertet wurden ${good} und ${failed}.`,
    separation: (percent, auc, shown) =>
      `Nebeneinandergestellt bekommt in ${percent} % der Paare das gelungene Gespräch die höhere Bewertung, ` +
      `Gleichstände zählen halb: AUC ${auc}, ${shown}.`,
    guessing: (good, failed, low, high) =>
      ` 0,5 ist Zufall, 1 trennt alle; über ${good} und ${failed} Dialoge kommt ein Bewerter, der rät, in 19 von 20 ` +
      `Prüfungen auf ${low} bis ${high}.`,
  },
  missing: {
    condition: () => 'Der Plan dieser Auswertung nennt diese Bedingung nicht.',
    failed: () => 'Hier ist die Antwort fehlgeschlagen, also ist nicht bekannt, ob etwas gesendet wurde.',
    dataset: (dataset) =>
      `Der Datensatz „${dataset}“ ist nicht in diesem Browser. Füge ihn unter „Daten“ hinzu und öffne den Beitrag ` +
      'noch einmal.',
    'other-dialogue': () => 'Der Dialog dieses Namens in diesem Browser ist nicht der aus der Auswertung.',
    'model-wrote': () =>
      'Diesen Verlauf hat das Modell selbst während der Auswertung geschrieben; er wurde nicht gespeichert.',
    tokenizer: () => 'Dieser Verlauf hängt vom Tokenizer des Modells ab, der nicht in diesem Browser ist.',
    'left-out': (_, leftOut) =>
      `${count(leftOut, 'der ältesten Äußerungen passte', 'der ältesten Äußerungen passten')} nicht ins Fenster. ` +
      'Welche, lässt sich nur mit dem Tokenizer des Modells sagen, der nicht in diesem Browser ist.',
    'earlier-replies': () => 'Er enthält eigene frühere Antworten des Modells, die in dieser Auswertung fehlen.',
    'other-model': () =>
      'Das Modell der Auswertung ist nicht hier: Mit dem dieses Namens wäre der Kontext nicht so lang gewesen.',
  },
  context: {
    unrecorded:
      'Aus dem Plan neu zusammengesetzt. Aus Platzmangel wurde nichts weggelassen, also sind dies die gesendeten ' +
      'Texte. Ihre Zahl von Tokens lässt sich nicht vergleichen, denn die Auswertung hat keine festgehalten.',
    noTokenizer:
      'Aus dem Plan neu zusammengesetzt. Aus Platzmangel wurde nichts weggelassen, also sind dies die gesendeten ' +
      'Texte. Ihre Zahl von Tokens lässt sich nicht vergleichen, denn der Tokenizer des Modells ist nicht in diesem ' +
      'Browser.',
    agrees: (tokens) =>
      `Aus dem Plan neu zusammengesetzt: ${tokens} Tokens, so viele, wie die Auswertung festgehalten hat.`,
    differs: (tokens, recorded) =>
      `Aus dem Plan neu zusammengesetzt, aber mit ${tokens} Tokens, wo die Auswertung ${recorded} festgehalten hat: ` +
      'Modell, Chatvorlage oder Datensatz sind nicht dieselben wie in diesem Browser, und was gesendet wurde, kann ' +
      'anders aussehen.',
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
