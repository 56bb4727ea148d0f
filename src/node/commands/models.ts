import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import { defineCommand } from '../command-options.ts';
import { adapterName, chooseModel, modelWeights } from '../model-choice.ts';

/** Lists the models that come with the lab, with the hashes that a plan names: one JSON object per line. */
export const modelsCommand = defineCommand({
  summary: 'List the models that come with the lab: the base and the adapters for it, with the hashes for a plan.',
  options: {},
  examples: [''],
  async run(_, print) {
    const named = [
      { name: EMBEDDED_MODEL.id, record: EMBEDDED_MODEL },
      ...EMBEDDED_ADAPTERS.map((record) => ({ name: adapterName(record), record })),
    ];
    for (const { name, record } of named) {
      const { id, bytes, summary } = record;
      const weights = await modelWeights(chooseModel(id));
      print(JSON.stringify({ name, id, ...(id === DEFAULT_MODEL_ID && { default: true }), bytes, weights, summary }));
    }
  },
});
