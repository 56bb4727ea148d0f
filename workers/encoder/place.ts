import type { RemoteModel } from '../../src/browser/model-store/remote-files.ts';
import type { OrtPlace } from '../../src/engines/ort.ts';
import { EMBEDDED_ENCODER } from '../../src/core/engine/embedded.ts';

/** Which encoder a worker opens, and with what. */
export interface EncoderPlace extends OrtPlace {
  encoder: RemoteModel;
}

/** The encoder that comes with the lab, whose address is `base`. */
export const embeddedEncoder = (base: string): RemoteModel => ({
  ...EMBEDDED_ENCODER,
  url: new URL(EMBEDDED_ENCODER.url, base).href,
});
