import type { Catalogue } from '../catalogue.ts';

export const components: Catalogue['components'] = {
  chooseFile: 'Elegir un archivo',
  chooseFiles: 'Elegir archivos',
  chooseFolder: 'Elegir una carpeta',
  saveAs: (format) => `Guardar como ${format}`,
  saveTable: 'Guardar la tabla como CSV',
  copyLink: 'Copiar el enlace',
  figureNotSaved: 'No se ha podido guardar la figura.',
};
