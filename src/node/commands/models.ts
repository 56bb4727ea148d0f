import { DEFAULT_MODEL_ID, EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import { defineCommand } from '../command-options.ts';
import { adapterName } from '../model-choice.ts';

/** Lists the models that come with the lab: one JSON object per line. */
export const modelsCommand = defineCommand({
  summary: 'List the models that come with the lab: the base, and adapters over it.',
  options: {},
  examples: [''],
  run(_, print) {
    const line = (name: string, { id, bytes, summary }: typeof EMBEDDED_MODEL | (typeof EMBEDDED_ADAPTERS)[number]) =>
      print(JSON.stringify({ name, id, ...(id === DEFAULT_MODEL_ID && { default: true }), bytes, summary }));
    line(EMBEDDED_MODEL.id, EMBEDDED_MODEL);
    for (const adapter of EMBEDDED_ADAPTERS) line(adapterName(adapter), adapter);
    return Promise.resolve();
  },
});
