import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('de');

export const components: Catalogue['components'] = {
  chooseFile: 'Datei auswählen',
  chooseFiles: 'Dateien auswählen',
  chooseFolder: 'Ordner auswählen',
  fromFiles: 'Aus Dateien',
  fromAddress: 'Von einer Adresse',
  addAddress: 'Von dieser Adresse hinzufügen',
  files: (n) => count(n, 'Datei', 'Dateien'),
  saveAs: (format) => `Als ${format} speichern`,
  saveTable: 'Tabelle als CSV speichern',
  copyLink: 'Link kopieren',
  figureNotSaved: 'Die Abbildung konnte nicht gespeichert werden.',
};
