import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST, serveStatically, type ServedLab } from './lab.ts';

/** APIs that a browser may deny a page altogether. */
const REFUSE = `{
  for (const name of ['indexedDB', 'caches', 'localStorage', 'sessionStorage']) {
    Object.defineProperty(globalThis, name, { configurable: true, get: () => undefined });
  }
  for (const { prototype } of [globalThis.Navigator, globalThis.WorkerNavigator].filter(Boolean)) {
    for (const name of ['storage', 'serviceWorker']) delete prototype[name];
  }
  for (const name of ['SharedArrayBuffer', 'BroadcastChannel']) delete globalThis[name];
}
`;

/**
 * Serves a folder with the built lab as if browsers stored nothing for it. Its modules are patched, because what a
 * test does to a page does not reach the page's workers.
 */
export async function serveWithoutStorage(lab = DIST): Promise<ServedLab> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-no-storage-'));
  for (const name of await readdir(lab)) if (name !== 'assets') await symlink(join(lab, name), join(folder, name));
  await mkdir(join(folder, 'assets'));
  for (const name of await readdir(join(lab, 'assets'))) {
    const from = join(lab, 'assets', name);
    const to = join(folder, 'assets', name);
    if (name.endsWith('.js')) await writeFile(to, REFUSE + (await readFile(from, 'utf8')));
    else await symlink(from, to);
  }
  const served = await serveStatically({ folder });
  return {
    url: served.url,
    async close() {
      await served.close();
      await rm(folder, { recursive: true });
    },
  };
}
