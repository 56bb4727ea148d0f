import type { Catalogue } from '../catalogue.ts';
import { about } from './about.ts';
import { chat } from './chat.ts';
import { compare } from './compare.ts';
import { components } from './components.ts';
import { context } from './context.ts';
import { data } from './data.ts';
import { errors } from './errors.ts';
import { glossary } from './glossary.ts';
import { help } from './help.ts';
import { look } from './look.ts';
import { settings } from './settings.ts';
import { models } from './models.ts';
import { explorer } from './explorer.ts';
import { notebooks } from './notebooks.ts';
import { runs } from './runs.ts';
import { shell } from './shell.ts';
import { terms } from './terms.ts';
import { tour } from './tour.ts';

export const catalogue: Catalogue = {
  about,
  chat,
  compare,
  components,
  context,
  data,
  errors,
  glossary,
  help,
  look,
  settings,
  models,
  explorer,
  notebooks,
  runs,
  shell,
  terms,
  tour,
  onProcessor: 'Läuft auf dem Prozessor dieses Geräts; Antworten brauchen etwas länger.',
};
