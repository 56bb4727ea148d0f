import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** A Chromium and the variables that it needs in its environment. */
export interface Chromium {
  path: string;
  env: Record<string, string>;
}

/**
 * Paths at which systems install Chromium. Debian's /usr/bin/chromium is a script that adds flags of its own, so its
 * binary comes first.
 */
const SYSTEM_PATHS: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    '/usr/lib/chromium/chromium',
    '/usr/lib/chromium-browser/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData']
    .map((name) => process.env[name])
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Google/Chrome/Application/chrome.exe'),
      join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ]),
};

/** Ways to find a Chromium, best first; each returns undefined if it finds none. */
const SOURCES: readonly (() => Promise<Chromium | undefined>)[] = [
  fromVariable,
  fromPlaywright,
  fromSystem,
  fromPackage,
];

let found: Promise<Chromium> | undefined;

/** The Chromium that the tests drive: `SOLACE_CHROMIUM`, Playwright's own, the system's, or that of an npm package. */
export function findChromium(): Promise<Chromium> {
  found ??= search();
  return found;
}

async function search(): Promise<Chromium> {
  for (const source of SOURCES) {
    const candidate = await source();
    if (candidate) return candidate;
  }
  throw new Error(
    'No Chromium was found. Set SOLACE_CHROMIUM to the path of a Chromium or Chrome of version 121 or later.',
  );
}

async function fromVariable(): Promise<Chromium | undefined> {
  const wanted = process.env['SOLACE_CHROMIUM'];
  if (!wanted) return undefined;
  // The name of the package selects its browser, so that this way can be tested even if a better one exists.
  if (wanted === '@sparticuz/chromium') return fromPackage();
  if (!existsSync(wanted)) throw new Error(`SOLACE_CHROMIUM names ${wanted}, which is not there.`);
  return { path: wanted, env: {} };
}

function fromPlaywright(): Promise<Chromium | undefined> {
  return Promise.resolve(existing(chromium.executablePath()));
}

function fromSystem(): Promise<Chromium | undefined> {
  return Promise.resolve(existing((SYSTEM_PATHS[process.platform] ?? []).find((path) => existsSync(path))));
}

function existing(path: string | undefined): Chromium | undefined {
  return path && existsSync(path) ? { path, env: {} } : undefined;
}

/**
 * The browser of `@sparticuz/chromium`, unpacked once into node_modules/.cache. The package unpacks into the system's
 * temporary folder and trusts whatever is there, so it gets a separate folder, which is moved into place when complete.
 */
export async function fromPackage(): Promise<Chromium | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const { version } = JSON.parse(
    await readFile(join(ROOT, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'),
  ) as { version: string };
  const folder = join(ROOT, 'node_modules/.cache', `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const { path, env } = await withLibraries(join(folder, 'chromium'), join(folder, 'al2023/lib'));
  return { path, env: { ...env, ...(await withFonts(folder)) } };
}

async function unpack(folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}.partial`;
  await mkdir(partial, { recursive: true });
  const script = "import('@sparticuz/chromium').then((module) => module.default.executablePath())";
  // The variable makes the package unpack its libraries, too.
  const env = { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  await run(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, env });
  await rename(partial, folder).catch(async (error: unknown) => {
    // Another process has done it first.
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
}

/** Adds the package's libraries only where the system lacks its own, which are newer and fit each other. */
async function withLibraries(path: string, libraries: string): Promise<Chromium> {
  const bundled = { LD_LIBRARY_PATH: libraries };
  for (const env of [{}, bundled]) {
    const starts = await run(path, ['--version'], { env: { ...process.env, ...env } }).then(
      () => true,
      () => false,
    );
    if (starts) return { path, env };
  }
  throw new Error(`${path} does not start; run it by hand to see which library is missing, or set SOLACE_CHROMIUM.`);
}

/**
 * Without any font text has no size and nothing can be clicked; if the system has none, the package's fonts are used.
 */
async function withFonts(folder: string): Promise<Record<string, string>> {
  if (existsSync('/etc/fonts/fonts.conf')) return {};
  const file = join(folder, 'fonts.conf');
  const cache = join(folder, 'fonts-cache');
  const fonts = join(folder, 'fonts');
  await writeFile(
    file,
    `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>`,
  );
  return { FONTCONFIG_FILE: file };
}
