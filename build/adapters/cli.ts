import { writeFile } from 'node:fs/promises';
import { ADAPTERS, listAdapters } from './list.ts';

await writeFile(new URL('../../src/core/engine/adapters.json', import.meta.url), await listAdapters(ADAPTERS));
