import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Third-party work in the build. */
export interface Notice {
  name: string;
  version?: string;
  /** SPDX expression. */
  licence: string;
  /** Where it comes from, or what else to know. */
  about?: string;
  text: string;
}

/** The file that lists them; the About page links to it. */
const NOTICES_PATH = 'third-party-notices.txt';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const mit = (holder: string): string => `${holder}\n\n${read('LICENSE').split(/\n\n/).slice(2).join('\n\n')}`;

/** Work that is in no module of the bundle: files of `public/`, and what is compiled into Wasm runtimes. */
const others = (): Notice[] => [
  {
    name: 'SmolLM2-135M-Instruct',
    licence: 'Apache-2.0',
    about:
      'The embedded model (huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct). Changed: quantised, and written as ' +
      'ONNX; models/smollm2-135m-instruct/README.md has the details. Adapters over it are in adapters/.',
    text: read('public/models/smollm2-135m-instruct/LICENSE'),
  },
  {
    name: 'all-MiniLM-L6-v2',
    licence: 'Apache-2.0',
    about:
      'Weights of the embedded encoder (huggingface.co/sentence-transformers/all-MiniLM-L6-v2). Changed: quantised.',
    text: read('public/models/all-minilm-l6-v2/LICENSE'),
  },
  {
    name: 'WordNet',
    version: '3.0',
    licence: 'WordNet',
    about: 'wordnet.princeton.edu',
    text: read('public/wordnet/LICENSE'),
  },
  {
    name: 'llama.cpp and ggml',
    licence: 'MIT',
    about: 'Compiled into wllama/wllama.wasm (github.com/ggml-org/llama.cpp).',
    text: mit('Copyright (c) 2023-2026 The ggml authors'),
  },
];

/** Packages that others have bundled into their own files, so that no module reveals them. */
const INLINED = [
  ...['internmap', 'delaunator', 'robust-predicates'], // d3-array and d3-delaunay
  'loglevel', // @mlc-ai/web-llm
  ...['flatbuffers', 'long', 'platform', 'protobufjs'], // onnxruntime-web
];

/** Packages without a licence file: their text follows the licence's template. */
const WITHOUT_FILE: Record<string, { holder: string; about?: string }> = {
  'onnxruntime-web': {
    holder: 'Copyright (c) Microsoft Corporation',
    about: 'Its Wasm files contain further work, listed in ThirdPartyNotices.txt at github.com/microsoft/onnxruntime.',
  },
  'onnxruntime-common': { holder: 'Copyright (c) Microsoft Corporation' },
};

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** The folder of the package that a module belongs to; undefined for the lab's own modules. */
export function packageFolder(module: string): string | undefined {
  // Ids may begin with a plugin's marker and end in a query.
  return PACKAGE.exec(module.replace(/^\0+/, '').replace(/[?#].*$/, ''))?.[1];
}

/**
 * The notice of a package.
 * @throws {Error} when it has neither a licence file nor a text here.
 */
export function packageNotice(folder: string): Notice {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const file = readdirSync(folder).find((each) => /^((un)?licen[cs]e|copying)(\.(md|txt|mit))?$/i.test(each));
  const known = WITHOUT_FILE[String(name)];
  const holder =
    typeof author === 'string'
      ? author
      : typeof author === 'object' && author !== null && 'name' in author
        ? String(author.name)
        : '';
  const text = file
    ? readFileSync(join(folder, file), 'utf8')
    : license === 'MIT' && (known?.holder ?? holder)
      ? mit(known?.holder ?? `Copyright (c) ${holder}`)
      : undefined;
  if (text === undefined) throw new Error(`${String(name)} has no licence file: add its text to build/notices.ts.`);
  return {
    name: String(name),
    version: String(version),
    licence: typeof license === 'string' ? license : 'see its text',
    ...(known?.about ? { about: known.about } : {}),
    text,
  };
}

/** The list as text; notices with an identical text share it. */
export function noticesText(notices: readonly Notice[]): string {
  const byText = new Map<string, Notice[]>();
  for (const notice of [...notices].sort((a, b) => a.name.localeCompare(b.name, 'en'))) {
    const text = notice.text.replace(/\r\n?/g, '\n').trim();
    byText.set(text, [...(byText.get(text) ?? []), notice]);
  }
  const head = ({ name, version, licence, about }: Notice): string =>
    `${name}${version ? ` ${version}` : ''} (${licence})${about ? `\n  ${about}` : ''}`;
  const sections = [...byText].map(([text, sharing]) => `${sharing.map(head).join('\n')}\n\n${text}`);
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `Solace Lab contains the work of others. Each part is listed with its licence.${rule}${sections.join(rule)}\n`;
}

/**
 * Two plugins: `collect` records the packages in a bundle, and belongs in every bundle of the build;
 * `write` adds the list to the page's build, after the others.
 */
export function notices(vendored: readonly string[]): { collect: Plugin; write: Plugin } {
  const folders = new Set<string>();
  return {
    collect: {
      name: 'solace:collect-notices',
      generateBundle() {
        for (const id of this.getModuleIds()) {
          const folder = packageFolder(id);
          if (folder && existsSync(join(folder, 'package.json'))) folders.add(folder);
        }
      },
    },
    write: {
      name: 'solace:write-notices',
      generateBundle: {
        order: 'post',
        handler() {
          if (this.environment.name !== 'client') return;
          for (const name of [...vendored, ...INLINED]) folders.add(join(ROOT, 'node_modules', name));
          const packages = new Map(
            [...folders].map(packageNotice).map((notice) => [`${notice.name} ${notice.version}`, notice]),
          );
          this.emitFile({
            type: 'asset',
            fileName: NOTICES_PATH,
            source: noticesText([...packages.values(), ...others()]),
          });
        },
      },
    },
  };
}
