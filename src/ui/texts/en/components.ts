import { countingIn } from '../counting.ts';

const count = countingIn('en');

/** Components that views share, apart from those of the first page, whose texts are in `shell.ts`. */
export const components = {
  chooseFile: 'Choose a file',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  fromFiles: 'From files',
  fromAddress: 'From an address',
  addAddress: 'Add from this address',
  files: (n: number) => count(n, 'file', 'files'),
  saveAs: (format: string) => `Save as ${format}`,
  saveTable: 'Save the table as CSV',
  copyLink: 'Copy link',
  figureNotSaved: 'The figure could not be saved.',
};
