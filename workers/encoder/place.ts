import type { RemoteModel } from '../../src/browser/model-store/remote-files.ts';
import { EMBEDDED_ENCODER } from '../../src/core/engine/embedded.ts';

/** Which encoder a worker opens, and with what. */
export interface EncoderPlace {
  encoder: RemoteModel;
  /** Where the page serves ONNX Runtime's Wasm files; absolute, ending in a slash. */
  ortBase: string;
  threads: number;
}

/** The encoder that comes with the lab, whose address is `base`. */
export const embeddedEncoder = (base: string): RemoteModel => ({
  ...EMBEDDED_ENCODER,
  url: new URL(EMBEDDED_ENCODER.url, base).href,
});
