import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const glossary: Catalogue['glossary'] = {
  terms: {
    compression: {
      title: 'Kompression',
      says: 'Lässt Wörter weg, bevor das Modell liest, damit es früher antwortet und sich mehr merken kann.',
    },
    token: {
      title: 'Token (Textstück)',
      says:
        'Das Stück Text, in dem ein Modell liest und schreibt: ein kurzes Wort, ein Teil eines langen oder ein ' +
        'Satzzeichen.',
    },
    window: {
      title: 'Kontextfenster',
      says: 'Wie viele Tokens das Modell auf einmal aufnehmen kann: Systemprompt, Gespräch und seine eigene Antwort.',
    },
    tagger: {
      title: 'Tagger (Wortarten-Erkennung)',
      says: 'Das Programm, das für jedes Wort die Wortart bestimmt, bevor KeyPOS es behält oder weglässt.',
    },
    parts: {
      title: 'Wortarten',
      says: 'KeyPOS behält die Wörter der Arten, die du ankreuzt, und lässt alle anderen weg.',
    },
    prompt: {
      title: 'Systemprompt',
      says:
        'Eine Anweisung, die das Modell vor jeder Antwort noch vor dem Gespräch liest; du siehst sie, andere sehen ' +
        'sie nicht.',
    },
    seed: {
      title: 'Startwert (Seed)',
      says:
        'Die Zahl, von der aller Zufall in einer Antwort ausgeht: Derselbe Startwert mit denselben Einstellungen ' +
        'ergibt wieder dieselbe Antwort.',
    },
    temperature: {
      title: 'Temperatur',
      says:
        'Wie viel der Zufall entscheidet: Bei 0 gewinnt immer das wahrscheinlichste Wort, bei 1 gewinnen Wörter so ' +
        'oft, wie das Modell es erwartet.',
    },
    topP: {
      title: 'Top-p (Nucleus-Sampling)',
      says:
        'Bevor ein Wort gezogen wird, scheiden die unwahrscheinlichen aus: alle jenseits dieses Anteils an der ' +
        'Wahrscheinlichkeit.',
    },
    topK: {
      title: 'Top-k-Sampling',
      says: 'Bevor ein Wort gezogen wird, scheiden alle aus bis auf so viele der wahrscheinlichsten.',
    },
    maxNewTokens: {
      title: 'Längste Antwort',
      says: 'Nach so vielen Tokens wird die Antwort abgeschnitten, und so viel Platz bleibt im Fenster für sie frei.',
    },
  },
  paperBy: 'anonyme Einreichung bei der ACL, 2024',

  yours: 'Deine Nachricht:',
  example: 'Zum Beispiel:',
  promptNow: 'Im Moment lautet er:',
  promptEmpty: 'leer',
  lastSeed: (seed) => `Der letzte war ${seed}.`,
  length: (tokens, words) => `Im Moment ${tokens} Tokens, ungefähr ${words} englische Wörter.`,
  choice: (before, after) =>
    `Angenommen, nach „I feel so“ kommt mit diesen Wahrscheinlichkeiten: ${before}. Mit deiner Einstellung: ${after}.`,
  always: (word) => `immer ${word}`,

  compressing: 'Wird gelesen…',
  size: (words, tokens) => `${count(words, 'Wort', 'Wörter')}, etwa ${count(tokens, 'Token', 'Tokens')}.`,
  room: (used, budget, reserve) =>
    `Mit allem, was davor steht: ${used} von ${budget}; davon bleiben ${reserve} für die Antwort frei.`,
  unknownYet: 'noch nichts',
};
