import type { Plugin, Rolldown } from 'vite';

/**
 * How workers are cut into chunks: the entry holds its own few lines only, and all that it imports at once lies in a
 * chunk beside it. Otherwise the chunks that are loaded later take what they share with the entry out of the entry
 * itself, and WebKit, when asked for a worker's first module once more, runs it a second time: two servers answer each
 * call, of which one never heard that a model was loaded.
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

/** The entries of a bundle that another of its chunks imports, at once or later. */
export function importedEntries(bundle: Rolldown.OutputBundle): { entry: string; importer: string }[] {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  return chunks.flatMap(({ fileName, imports, dynamicImports }) =>
    [...imports, ...dynamicImports].filter((name) => entries.has(name)).map((entry) => ({ entry, importer: fileName })),
  );
}
