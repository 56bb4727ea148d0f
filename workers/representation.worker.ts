import { loadRepresentation } from '../src/representation/load.ts';
import type { CompressApi } from '../src/lab/compression.ts';
import { serve } from '../src/rpc/server.ts';

serve<CompressApi>({
  compress: async ({ texts, options }) => {
    const representation = await loadRepresentation(options.representation, options);
    return texts.map((text) => representation.compress(text));
  },
});
