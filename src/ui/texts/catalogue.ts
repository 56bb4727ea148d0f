import type { LabErrorCode } from '../../core/error.ts';
import type { about } from './en/about.ts';
import type { chat } from './en/chat.ts';
import type { compare } from './en/compare.ts';
import type { components } from './en/components.ts';
import type { context } from './en/context.ts';
import type { glossary } from './en/glossary.ts';
import type { data } from './en/data.ts';
import type { help } from './en/help.ts';
import type { look } from './en/look.ts';
import type { settings } from './en/settings.ts';
import type { models } from './en/models.ts';
import type { explorer } from './en/explorer.ts';
import type { notebooks } from './en/notebooks.ts';
import type { runs } from './en/runs.ts';
import type { shell } from './en/shell.ts';
import type { tour } from './en/tour.ts';
import type { Terms } from './terms.ts';

/**
 * All texts of the interface in one language, by area. English is the source: what another language lacks, or has in
 * addition, the compiler reports. A text is a string, or a function of its parts, which are strings and numbers.
 */
export interface Catalogue {
  about: typeof about;
  chat: typeof chat;
  compare: typeof compare;
  components: typeof components;
  context: typeof context;
  glossary: typeof glossary;
  data: typeof data;
  help: typeof help;
  look: typeof look;
  settings: typeof settings;
  models: typeof models;
  explorer: typeof explorer;
  notebooks: typeof notebooks;
  runs: typeof runs;
  shell: typeof shell;
  tour: typeof tour;
  /** What an error means, by its code: the words of the error itself are English. */
  errors: Record<LabErrorCode, string>;
  /** Names and sentences that `core` and `lab` have in English. */
  terms: Terms;
  /** Said instead of an engine's own note about the processor, which is English. */
  onProcessor: string;
}
