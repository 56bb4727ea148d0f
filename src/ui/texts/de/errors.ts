import type { Catalogue } from '../catalogue.ts';

export const errors: Catalogue['errors'] = {
  'bad-file': 'Eine Datei ist beschädigt oder kann hier nicht gelesen werden.',
  'bad-config': 'Diese Einstellungen passen nicht zusammen oder nicht zum Modell.',
  'bad-data': 'Ein Teil der Daten konnte nicht gelesen werden.',
  'missing-file': 'Eine Datei fehlt.',
  'not-found': 'Das gibt es hier nicht (mehr).',
  busy: 'Ein anderer Tab benutzt das gerade. Schließ ihn oder versuch es gleich noch einmal.',
  io: 'Der Speicher des Browsers konnte nicht gelesen oder beschrieben werden. Lade die Seite neu.',
  unsupported: 'Das hat nicht geklappt, oder dieser Browser kann es nicht.',
  'hash-mismatch': 'Eine Datei kam nicht vollständig oder verändert an. Versuch es noch einmal.',
  'out-of-memory': 'Der Arbeitsspeicher reicht nicht. Schließ andere Tabs oder wähle ein kleineres Modell.',
  quota: 'Der Speicherplatz, den der Browser erlaubt, ist voll. Lösche etwas, das du nicht mehr brauchst.',
  'device-lost': 'Die Grafikkarte hat aufgehört zu antworten. Versuch es noch einmal.',
  'wrong-numbers': 'Dieses Gerät rechnet mit dem Modell falsch. Wähle unter „Modelle“ ein anderes Gerät.',
  'worker-lost': 'Ein Teil der Seite wurde unterbrochen. Versuch es noch einmal oder lade die Seite neu.',
  endpoint: 'Der Server des gewählten Modells hat mit einem Fehler geantwortet.',
  'no-reply': 'Das Modell hat keine brauchbare Antwort gegeben. Versuch es noch einmal.',
  network: 'Die Verbindung ist unterbrochen. Prüfe sie und versuch es noch einmal.',
  refused: 'Das wurde nicht erlaubt.',
  cancelled: 'Abgebrochen.',
};
