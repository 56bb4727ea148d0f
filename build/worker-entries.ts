import type { Plugin, Rolldown } from 'vite';

/**
 * How workers are split into chunks: the entry contains only its own few lines, and its static imports are in a
 * separate chunk. Otherwise chunks that are loaded later import what they share with the entry from the entry itself,
 * and WebKit runs a worker's entry module a second time when it is imported: two servers then answer each call, and one
 * of them does not know that a model was loaded.
 */
export const WORKER_SPLITTING: NonNullable<Rolldown.OutputOptions['codeSplitting']> = {
  groups: [{ name: 'worker', tags: ['$initial'], test: (id) => !isEntry(id) }],
};

const isEntry = (id: string): boolean => /\.worker\.ts(\?|$)/.test(id);

/** Fails the build of a worker whose entry is imported by one of its own chunks. */
export function entriesStandAlone(): Plugin {
  return {
    name: 'solace:worker-entries',
    generateBundle(_options, bundle) {
      const [found] = importedEntries(bundle);
      if (found)
        this.error(
          `${found.importer} imports ${found.entry}, a worker's entry, which WebKit would run twice. See ` +
            'build/worker-entries.ts.',
        );
    },
  };
}

/** The entries of a bundle that another of its chunks imports, statically or dynamically. */
export function importedEntries(bundle: Rolldown.OutputBundle): { entry: string; importer: string }[] {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  return chunks.flatMap(({ fileName, imports, dynamicImports }) =>
    [...imports, ...dynamicImports].filter((name) => entries.has(name)).map((entry) => ({ entry, importer: fileName })),
  );
}
