import { countingIn } from '../counting.ts';
import type { ImportTerms } from '../terms.ts';

const count = countingIn('de');

export const imports: ImportTerms = {
  place: (file, number, title) => `${file}, Gespräch ${number}${title && ` („${title}“)`}`,
  'too-long': (messages, most) => `Es hat ${messages} Nachrichten; mehr als ${most} werden nicht gelesen.`,
  field: (name) => (name ? `Das Feld „${name}“ fehlt oder hat einen falschen Wert.` : 'Das ist kein Gespräch.'),
  twice: (id) => `Zwei Nachrichten haben die Kennung „${id}“.`,
  'no-leaf': (id) => `Seine letzte Nachricht „${id}“ fehlt.`,
  circle: (id) => `Die Nachricht „${id}“ folgt im Kreis auf sich selbst.`,
  'no-parent': (id) => `Eine Nachricht folgt auf „${id}“, und diese fehlt.`,
  more: (n) => `${count(n, 'weiteres Gespräch wurde', 'weitere Gespräche wurden')} auch weggelassen.`,
  correct: 'Die gültigen Gespräche wurden importiert. Berichtige die Datei, um auch den Rest zu bekommen.',
  noExport: 'Das ist kein vollständiger Export von Gesprächen.',
  chooseExport: 'Wähle eine Datei, die „Exportieren“ geschrieben hat.',
  version: (version) => `Die Datei hat die Version ${version}, die dieses Labor nicht lesen kann.`,
  update: 'Lade die neueste Fassung des Labors.',
};
