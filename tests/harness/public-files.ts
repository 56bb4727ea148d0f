import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measuredList } from '../../build/measured-files.ts';

const PUBLIC = join(import.meta.dirname, '../../public');

/** A `fetch` that answers with what the lab serves from the folder `public/`, at any address. */
export function fetchPublic(address: string | URL | Request): Promise<Response> {
  const path = new URL(address instanceof Request ? address.url : address).pathname.slice(1);
  if (path === 'measured.json') return Promise.resolve(new Response(measuredList(PUBLIC)));
  return Promise.resolve(new Response(readFileSync(join(PUBLIC, path))));
}
