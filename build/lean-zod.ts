import type { Plugin } from 'vite';

/** The modules of zod that describe schemas as JSON Schema; each schema carries them along. */
const JSON_SCHEMA = /\/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/;

/** What such a module exports, without what it does. */
export function withoutJsonSchema(source: string): string {
  const declared = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name = '']) => name);
  const listed = [...source.matchAll(/^export \{ (.+?) \};?$/gm)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.split(' as ').at(-1)?.trim() ?? ''),
  );
  return [
    "const refuse = () => { throw new Error('The built lab writes no JSON Schema.'); };",
    'const absent = () => refuse;',
    ...[...declared, ...listed].map((name) => `export { absent as ${name} };`),
  ].join('\n');
}

/** Leaves JSON Schema out of the build, 6 KB of the first page, gzipped: only `npm run docs` needs it, in Node. */
export function leanZod(): Plugin {
  return {
    name: 'solace:lean-zod',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: JSON_SCHEMA },
      handler: (source) => ({ code: withoutJsonSchema(source), map: null }),
    },
  };
}
