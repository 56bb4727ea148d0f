import type { OnnxRecord } from './record.ts';

export const EMBEDDED_MODEL_ID = 'smollm2-135m-instruct';

/** The model that comes with the lab, at a relative address. */
export const EMBEDDED_MODEL: OnnxRecord = {
  id: EMBEDDED_MODEL_ID,
  name: 'SmolLM2 135M, tuned on ESConv',
  summary:
    'Comes with the lab and runs on any machine. Fine-tuned here on conversations of emotional support; small, so ' +
    'it follows their form better than their substance.',
  bytes: 125_900_000,
  addedAt: 0,
  added: false,
  format: 'onnx',
  url: `models/${EMBEDDED_MODEL_ID}/`,
};

/** The default encoder of BERTScore, at a relative address. */
export const EMBEDDED_ENCODER = {
  id: 'all-minilm-l6-v2',
  name: 'all-MiniLM-L6-v2',
  url: 'models/all-minilm-l6-v2/',
} as const;
