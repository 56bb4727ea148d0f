import type { RepresentationOptions } from '../../src/core/compression/load.ts';
import type { Compressed, RepresentationId } from '../../src/core/compression/representation.ts';
import type { Method } from '../../src/rpc/protocol.ts';

/** Which representation, with which tagger and kept parts of speech (both only matter to KeyPOS). */
export interface CompressOptions extends RepresentationOptions {
  representation: RepresentationId;
}

/** What the compression worker answers. */
export type CompressApi = {
  compress: Method<{ texts: string[]; options: CompressOptions }, Compressed[]>;
};
