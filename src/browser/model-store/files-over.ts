import type { ModelFiles } from '../../core/engine/files.ts';
import type { Made } from './made-files.ts';

/** A model's files, some of which are replaced by others of the same path, and some of which are left out. */
export function filesOver(
  name: string,
  base: ModelFiles,
  over: Made,
  isLeftOut: (path: string) => boolean,
): ModelFiles {
  return {
    name,
    list: [
      ...base.list.filter(({ path }) => !over.has(path) && !isLeftOut(path)),
      ...[...over].map(([path, { size }]) => ({ path, bytes: size })),
    ],
    open: async (path) => over.get(path) ?? base.open(path),
    openNow: async (path) => (over.has(path) ? undefined : base.openNow?.(path)),
    ensure: (paths, options) =>
      base.ensure(
        paths.filter((path) => !over.has(path)),
        options,
      ),
  };
}
