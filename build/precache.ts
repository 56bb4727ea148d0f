import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import type { PrecacheEntry, PrecacheManifest, Tier } from '../src/browser/offline/precache.ts';

/** Files from this size on are engines; smaller ones are fetched in the background on the first visit. */
const ENGINE_BYTES = 4 * 1024 * 1024;

const SCRIPT = 'service-worker.js';
const SOURCE = fileURLToPath(new URL('../workers/service-worker/service-worker.ts', import.meta.url));

/** Models belong to the model store, source maps to developers. */
const LEFT_OUT = [/^(models|adapters)\//, /\.map$/, new RegExp(`^${SCRIPT}$`)];

/** Smaller files that many visits never need. */
const ON_USE = /^dialogues\/.*\.(json|bin)$/;

/** Files that the page needs from the start though no script imports them; a top-level script comes from `public/`. */
const SHELL_FILES = /(^index\.html|^[^/]+\.js|\.(css|woff2|svg|ico|webmanifest))$/;

/**
 * Lists every file of the finished build with its hash and builds the service worker around that list. It runs when all
 * files are on disk, so that the list contains what a host will really serve, including `public/`.
 */
export function precache(): Plugin {
  let outDir = 'dist';
  return {
    name: 'solace:precache',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler(_options, bundle) {
        if (this.environment.name !== 'client') return;
        await addServiceWorker(outDir, firstPageScripts(bundle));
      },
    },
  };
}

/** The scripts that the page loads before it runs: its entries and their static imports. */
function firstPageScripts(bundle: Rolldown.OutputBundle): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== 'chunk') return;
    found.add(name);
    chunk.imports.forEach(visit);
  };
  for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) visit(chunk.fileName);
  return found;
}

/**
 * Writes the service worker for a build folder. `firstPage` are the scripts that its page loads at once.
 */
export async function addServiceWorker(folder: string, firstPage: ReadonlySet<string>): Promise<void> {
  await buildServiceWorker(await listBuild(folder, firstPage), folder);
}

/** The precache manifest of a build folder. */
export async function listBuild(folder: string, firstPage: ReadonlySet<string>): Promise<PrecacheManifest> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !LEFT_OUT.some((pattern) => pattern.test(path)))
    .sort();
  const entries: PrecacheEntry[] = [];
  for (const path of paths) {
    const content = await readFile(join(folder, path));
    entries.push({
      path: path === 'index.html' ? '' : path,
      integrity: `sha256-${createHash('sha256').update(content).digest('base64')}`,
      bytes: content.length,
      tier: tierOf(path, content.length, firstPage),
    });
  }
  const version = createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
  return { version, entries };
}

function tierOf(path: string, bytes: number, firstPage: ReadonlySet<string>): Tier {
  if (firstPage.has(path) || SHELL_FILES.test(path)) return 'install';
  return bytes >= ENGINE_BYTES || ON_USE.test(path) ? 'use' : 'idle';
}

async function buildServiceWorker(manifest: PrecacheManifest, outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { __PRECACHE__: JSON.stringify(manifest) },
    build: {
      outDir,
      emptyOutDir: false,
      rolldownOptions: {
        input: SOURCE,
        // One classic script, because not every browser supports modules in service workers.
        output: { format: 'iife', entryFileNames: SCRIPT },
      },
    },
  });
}
