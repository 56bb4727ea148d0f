import { viewContext, type ContextRequest, type ContextView } from '../core/context/assemble.ts';
import type { ModelTokenizer } from '../core/context/tokenizer.ts';
import type { Compressed } from '../core/compression/representation.ts';
import type { CompressOptions } from '../core/compression/options.ts';
import { compress as sharedCompress, type Compression } from './compression.ts';

/** A conversation to compress and send, and the token budget for it. */
export interface CompressedRequest extends Omit<ContextRequest, 'sent' | 'summary'> {
  options: CompressOptions;
}

/** A conversation as the model receives it, and each utterance after compression. */
export type CompressedView = ContextView & { compressed: Compressed[] };

/**
 * What a model sees of a conversation under a compression; `fitted` of the result throws if nothing fits.
 * @throws {LabError} `cancelled`; what the compression and the tokenizer throw.
 */
export async function viewCompressed(
  { options, ...request }: CompressedRequest,
  tokenizer: ModelTokenizer | null,
  signal?: AbortSignal,
  compress: Compression['compress'] = sharedCompress,
): Promise<CompressedView> {
  const compressed = await compress(
    request.utterances.map(({ text }) => text),
    options,
    signal,
  );
  const sent = compressed.map(({ text }) => text);
  return { ...(await viewContext({ ...request, sent }, tokenizer, signal)), compressed };
}
