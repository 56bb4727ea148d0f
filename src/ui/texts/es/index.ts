import type { Catalogue } from '../catalogue.ts';
import { about } from './about.ts';
import { chat } from './chat.ts';
import { components } from './components.ts';
import { context } from './context.ts';
import { errors } from './errors.ts';
import { help } from './help.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { terms } from './terms.ts';

export const catalogue: Catalogue = {
  about,
  chat,
  components,
  context,
  errors,
  help,
  settings,
  shell,
  terms,
  onProcessor: 'Funciona en el procesador de este dispositivo; las respuestas tardan un poco más.',
};
