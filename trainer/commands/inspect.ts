import { formatMegabytes } from '../../src/core/units.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { matrixShape } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { countParameters } from '../../src/core/formats/export/export.ts';
import { type StoredType, storedBytes } from '../../src/core/formats/stored.ts';
import { isAdapter, openAdapterPath } from '../files/open-adapter.ts';
import { openModel } from '../files/open-model.ts';

/** Prints what a checkpoint, an exported model or an adapter contains. */
export const inspectCommand = defineCommand({
  summary: 'Print the tensors, sizes and chat template of a model or an adapter.',
  operand: 'in',
  options: {
    in: {
      kind: 'text',
      value: 'MODEL',
      required: true,
      about: 'A GGUF file, a safetensors folder, a folder that export wrote, or an adapter.',
    },
  },
  examples: ['model.Q4_0.gguf', 'runs/mine/best'],
  async run({ in: input }, print) {
    const lines = (await isAdapter(input)) ? await describeAdapter(input) : await describeModel(input);
    print(lines.join('\n'));
  },
});

async function describeModel(path: string): Promise<string[]> {
  const { checkpoint, close } = await openModel({ path });
  try {
    const { config, files, name, tensors } = checkpoint;
    let bytes = 0;
    const lines = [...tensors].map(([tensor, info]) => {
      const { rows, columns } = matrixShape(info);
      bytes += storedBytes(info.type, rows * columns);
      return tensorLine(info.type, info.shape, tensor);
    });
    return [
      ...lines,
      '',
      `${name}: ${config.architecture}, ${config.layers} layers, ` +
        `${(countParameters(checkpoint) / 1e6).toFixed(1)} million parameters, ${formatMegabytes(bytes)}, context ` +
        `${config.contextLength}`,
      `Files: ${[...files.keys()].join(', ')}`,
      ...(checkpoint.notes ?? []),
      ...templateLines(chatTemplate(files)),
    ];
  } finally {
    await close();
  }
}

async function describeAdapter(path: string): Promise<string[]> {
  const { adapter, template, close } = await openAdapterPath(path);
  try {
    const { settings, modules, name } = adapter;
    const tensors = [...modules].flatMap(([module, { a, b, rank, scaling }]) => [
      tensorLine(a.type, a.shape, `${module}.lora_A`),
      `${tensorLine(b.type, b.shape, `${module}.lora_B`)}  rank ${rank}, scaling ${Number(scaling.toPrecision(4))}`,
    ]);
    const all = [...modules.values()].flatMap(({ a, b }) => [a, b]);
    const product = (shape: readonly number[]): number => shape.reduce((x, y) => x * y, 1);
    const count = all.reduce((sum, { shape }) => sum + product(shape), 0);
    const bytes = all.reduce((sum, { type, shape }) => sum + storedBytes(type, product(shape)), 0);
    const targets = typeof settings.targets === 'string' ? settings.targets : settings.targets.join(', ');
    return [
      ...tensors,
      '',
      `${name}: LoRA${settings.rankStabilized ? ', rank-stabilised' : ''}, rank ${settings.rank}, alpha ` +
        `${settings.alpha}, dropout ${settings.dropout}, targets ${targets}`,
      `${modules.size} modules, ${(count / 1e6).toFixed(2)} million parameters, ` +
        `${formatMegabytes(bytes)}, base ${settings.base ?? 'not named'}`,
      ...templateLines(template),
    ];
  } finally {
    await close();
  }
}

function tensorLine(type: StoredType, shape: readonly number[], name: string): string {
  return `${type.padEnd(5)} ${`[${shape.join(', ')}]`.padEnd(16)} ${name}`;
}

function templateLines(template: string | undefined): string[] {
  return template === undefined ? ['No chat template.'] : ['Chat template:', template];
}
