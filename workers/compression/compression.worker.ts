import { loadRepresentation } from '../../src/core/compression/load.ts';
import type { CompressApi } from './api.ts';
import { serve } from '../../src/rpc/server.ts';

serve<CompressApi>({
  compress: async ({ texts, options }) => {
    const representation = await loadRepresentation(options.representation, options);
    return texts.map((text) => representation.compress(text));
  },
});
