import type { Catalogue } from '../catalogue.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('es');

export const components: Catalogue['components'] = {
  chooseFile: 'Elegir un archivo',
  chooseFiles: 'Elegir archivos',
  chooseFolder: 'Elegir una carpeta',
  fromFiles: 'Desde archivos',
  fromAddress: 'Desde una dirección',
  addAddress: 'Añadir desde esta dirección',
  files: (n) => count(n, 'archivo', 'archivos'),
  saveAs: (format) => `Guardar como ${format}`,
  saveTable: 'Guardar la tabla como CSV',
  copyLink: 'Copiar enlace',
  figureNotSaved: 'No se ha podido guardar la figura.',
};
