import type { Catalogue } from '../catalogue.ts';
import { errors } from './errors.ts';
import { help } from './help.ts';
import { shell } from './shell.ts';

export const catalogue: Catalogue = { errors, help, shell };
