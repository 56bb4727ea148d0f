import type { RepresentationOptions } from '../../src/core/compression/load.ts';
import type { Compressed, RepresentationId } from '../../src/core/compression/representation.ts';
import type { Method } from '../../src/rpc/protocol.ts';

/** Which compression, with which tagger and kept parts of speech (both only matter to KeyPOS). */
export interface CompressOptions extends RepresentationOptions {
  representation: RepresentationId;
}

/** The methods of the compression worker. */
export type CompressApi = {
  compress: Method<{ texts: string[]; options: CompressOptions }, Compressed[]>;
};
