import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** A file of an npm package that the lab serves next to its own code, unchanged and under a fixed name. */
export interface VendorFile extends PackageFile {
  /** Path below the lab's base address. */
  path: string;
}

interface PackageFile {
  package: string;
  /** Path inside the package's folder. */
  file: string;
}

/** A script that stands next to them: it loads one, or is one with changes. */
export interface VendorScript {
  path: string;
  text: string;
}

const MIME: Record<string, string> = { mjs: 'text/javascript', wasm: 'application/wasm' };

/**
 * Serves vendor files in development and copies them into the build.
 * A bundler must not touch these: the .mjs starts its threads from its own address and looks for the .wasm by name.
 */
export function vendorFiles(files: readonly (VendorFile | VendorScript)[]): Plugin {
  return {
    name: 'solace:vendor-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
        const file = files.find((entry) => entry.path === path);
        if (!file) {
          next();
          return;
        }
        if ('text' in file) response.setHeader('Content-Type', 'text/javascript').end(file.text);
        else sendFile(locate(file), response).catch(next);
      });
    },
    async generateBundle() {
      // Server-side builds (vitest) do not need them.
      if (this.environment.name !== 'client') return;
      for (const file of files) {
        const source = 'text' in file ? file.text : await readFile(locate(file));
        this.emitFile({ type: 'asset', fileName: file.path, source });
      }
    },
  };
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const { size } = await stat(path);
  response.setHeader('Content-Type', MIME[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
  response.setHeader('Content-Length', size);
  createReadStream(path).pipe(response);
}

/** The path of a package's file on this machine, even in packages whose `exports` hide their files. */
export function locate(file: PackageFile): string {
  const folders = createRequire(import.meta.url).resolve.paths(file.package) ?? [];
  const path = folders
    .map((folder) => join(folder, file.package, file.file))
    .find((candidate) => existsSync(candidate));
  if (!path) throw new Error(`${file.package} has no ${file.file}: run npm ci, or correct the table of vendor files`);
  return path;
}
