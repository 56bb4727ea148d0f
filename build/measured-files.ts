import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { MeasuredKind } from '../src/lab/published-results.ts';

/** Address of the list in the page. */
const PATH = 'measured.json';
/** The kinds of files that notebooks read: their folders in public/, and which of the files there. */
const KINDS: Record<MeasuredKind, { folder: string; pattern: RegExp }> = {
  results: { folder: 'results', pattern: /\.json$/ },
  numbers: { folder: 'results', pattern: /\.numbers\.jsonl$/ },
  records: { folder: 'results', pattern: /\.records\.jsonl$/ },
  verdicts: { folder: 'results', pattern: /\.verdicts\.jsonl$/ },
  runs: { folder: 'runs', pattern: /\.jsonl$/ },
};

/** The names of the committed measurements in a folder like public/, as JSON. */
export const measuredList = (publicDir: string): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(KINDS).map(([kind, { folder, pattern }]) => {
        const path = join(publicDir, folder);
        return [
          kind,
          existsSync(path)
            ? readdirSync(path)
                .filter((name) => pattern.test(name))
                .sort()
            : [],
        ];
      }),
    ),
  );

/** Lists the committed measurements, because a static host cannot list folders. */
export function measuredFiles(): Plugin {
  let publicDir = 'public';
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
        response.setHeader('Content-Type', 'application/json').end(measuredList(publicDir));
      });
    },
    generateBundle() {
      if (this.environment.name === 'client')
        this.emitFile({ type: 'asset', fileName: PATH, source: measuredList(publicDir) });
    },
  };
}
