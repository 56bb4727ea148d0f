import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Address of the list in the page. */
const PATH = 'measured.json';
/** Folders of public/ whose files notebooks read, and which of their files. */
const FOLDERS = { results: /\.json$/, runs: /\.jsonl$/ };

/** Lists the committed measurements, because a static host cannot list folders. */
export function measuredFiles(): Plugin {
  let publicDir = 'public';
  const list = (): string =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(FOLDERS).map(([folder, pattern]) => {
          const path = join(publicDir, folder);
          return [
            folder,
            existsSync(path)
              ? readdirSync(path)
                  .filter((name) => pattern.test(name))
                  .sort()
              : [],
          ];
        }),
      ),
    );
  return {
    name: 'solace:measured-files',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (new URL(request.url ?? '/', 'http://localhost').pathname !== `/${PATH}`) {
          next();
          return;
        }
        response.setHeader('Content-Type', 'application/json').end(list());
      });
    },
    generateBundle() {
      if (this.environment.name === 'client') this.emitFile({ type: 'asset', fileName: PATH, source: list() });
    },
  };
}
