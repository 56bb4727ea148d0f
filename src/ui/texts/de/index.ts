import type { Catalogue } from '../catalogue.ts';
import { chat } from './chat.ts';
import { components } from './components.ts';
import { errors } from './errors.ts';
import { help } from './help.ts';
import { shell } from './shell.ts';

export const catalogue: Catalogue = {
  chat,
  components,
  errors,
  help,
  shell,
  onProcessor: 'Läuft auf dem Prozessor dieses Geräts; Antworten brauchen etwas länger.',
};
