import type { Catalogue } from '../catalogue.ts';

export const components: Catalogue['components'] = {
  chooseFile: 'Datei auswählen',
  chooseFiles: 'Dateien auswählen',
  chooseFolder: 'Ordner auswählen',
  saveAs: (format) => `Als ${format} speichern`,
  saveTable: 'Tabelle als CSV speichern',
  copyLink: 'Link kopieren',
  figureNotSaved: 'Die Abbildung konnte nicht gespeichert werden.',
};
