import { matrixShape } from '../../src/model/checkpoint/checkpoint.ts';
import { countParameters } from '../../src/model/export/export.ts';
import { storedBytes } from '../../src/model/stored.ts';
import { openCheckpoint } from '../files/open.ts';
import { type Command, parseOptions, required } from './command.ts';

const USAGE = '--in <gguf|safetensors folder>';

/** Prints what a checkpoint holds. */
export const inspectCommand: Command = {
  summary: 'Print the tensors, sizes and chat template of a checkpoint.',
  usage: USAGE,
  async run(args) {
    const { in: input } = parseOptions(args, { in: { type: 'string' } }, USAGE);
    const { checkpoint, close } = await openCheckpoint(required('in', input));
    try {
      let bytes = 0;
      const lines = [...checkpoint.tensors].map(([name, info]) => {
        const { rows, columns } = matrixShape(info);
        bytes += storedBytes(info.type, rows * columns);
        return `${info.type.padEnd(5)} ${`[${info.shape.join(', ')}]`.padEnd(16)} ${name}`;
      });
      const { config, files } = checkpoint;
      process.stdout.write(`${lines.join('\n')}\n\n`);
      process.stdout.write(`${checkpoint.name}: ${config.architecture}, ${config.layers} layers, ${(countParameters(checkpoint) / 1e6).toFixed(1)} million parameters, ${(bytes / 1e6).toFixed(1)} MB, context ${config.contextLength}\n`);
      process.stdout.write(`Files: ${[...files.keys()].join(', ')}\n`);
      const template: unknown = JSON.parse(files.get('tokenizer_config.json') ?? '{}').chat_template;
      process.stdout.write(typeof template === 'string' ? `Chat template:\n${template}\n` : 'No chat template.\n');
    } finally {
      await close();
    }
  },
};
