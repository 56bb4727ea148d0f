import { LazyMap } from '../../src/core/async/memoised.ts';
import { openEncoder, type Encoder } from '../../src/core/engine/encoder.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import { openOrt } from '../../src/engines/ort.ts';
import { openStore } from '../engine/record-files.ts';
import type { EncoderPlace } from './place.ts';

const opened = new LazyMap<string, Encoder>();

/**
 * The encoder at a place, opened once in this worker; its files stay in the model store. `signal` stops the opening for
 * all who wait for it.
 */
export function encoderAt(place: EncoderPlace, signal?: AbortSignal): Promise<Encoder> {
  return opened.get(place.encoder.url, () => open(place, signal));
}

async function open({ encoder, ...place }: EncoderPlace, signal?: AbortSignal): Promise<Encoder> {
  const files = await remoteFiles(await openStore(), encoder, signal ? { signal } : {});
  return openEncoder(files, await openOrt('wasm', place), signal);
}
