import type { CompressOptions } from '../../src/core/compression/options.ts';
import type { Compressed } from '../../src/core/compression/representation.ts';
import type { Method } from '../../src/rpc/protocol.ts';

/** The methods of the compression worker. */
export type CompressApi = {
  compress: Method<{ texts: string[]; options: CompressOptions }, Compressed[]>;
};
