import listed from './adapters.json' with { type: 'json' };
import type { AdapterRecord, OnnxRecord } from './record.ts';

export const EMBEDDED_MODEL_ID = 'smollm2-135m-instruct';

/** The base model that comes with the lab, at a relative address. */
export const EMBEDDED_MODEL: OnnxRecord = {
  id: EMBEDDED_MODEL_ID,
  name: 'SmolLM2 135M Instruct',
  summary: 'The base model, as its makers released it: not trained for emotional support. Adapters change it.',
  bytes: 116_000_000,
  addedAt: 0,
  added: false,
  format: 'onnx',
  url: `models/${EMBEDDED_MODEL_ID}/`,
};

interface ListedAdapter {
  /** Folder in public/adapters. */
  name: string;
  title: string;
  /** One sentence: what it was trained on. */
  summary: string;
  licence: string;
  bytes: number;
  template: string | null;
}
const adapters: readonly ListedAdapter[] = listed;

/** The adapters that come with the lab, at relative addresses; made from their manifests by `npm run adapters`. */
export const EMBEDDED_ADAPTERS: readonly AdapterRecord[] = adapters.map(
  ({ name, title, summary, licence, bytes, template }) => ({
    id: `${EMBEDDED_MODEL_ID}+${name}`,
    name: title,
    summary,
    licence,
    bytes,
    addedAt: 0,
    added: false,
    format: 'adapter',
    base: EMBEDDED_MODEL,
    url: `adapters/${name}/`,
    template,
    parts: [{ name, folder: '', weight: 1 }],
  }),
);

/** The model that answers until a person chooses another: in the chat, comparisons, notebooks and runs. */
export const DEFAULT_MODEL_ID: string = EMBEDDED_ADAPTERS[0]?.id ?? EMBEDDED_MODEL_ID;

/** The default encoder of BERTScore, at a relative address. */
export const EMBEDDED_ENCODER = {
  id: 'all-minilm-l6-v2',
  name: 'all-MiniLM-L6-v2',
  url: 'models/all-minilm-l6-v2/',
} as const;
