import { LabError } from '../../core/error.ts';
import type { Device } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';

/** A weight format of a model folder, by transformers.js's name, with its file suffix. */
export const VARIANTS = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
} as const;
export type Variant = keyof typeof VARIANTS;

/** The graph of each. */
export const GRAPHS: string[] = Object.values(VARIANTS).map((suffix) => `onnx/model${suffix}.onnx`);

/** A graph and its external data files in order: `<graph>_data`, `<graph>_data_1`, … */
export interface GraphFiles {
  graph: string;
  data: string[];
}

export interface VariantFiles extends GraphFiles {
  variant: Variant;
  /** Of a graph for WebGPU, the graph that makes logits of what it leaves. */
  vocabulary?: GraphFiles;
  bytes: number;
}

/** Half-precision graphs need `shader-f16` on WebGPU and are slow elsewhere, so they come last there. */
const PREFERENCE: Record<'half' | 'single' | 'main', Variant[]> = {
  half: ['q4f16', 'q4', 'fp16', 'q8', 'int8', 'uint8', 'fp32'],
  single: ['q4', 'q8', 'int8', 'uint8', 'fp32'],
  main: ['q4', 'q8', 'int8', 'uint8', 'fp32', 'q4f16', 'fp16'],
};

/**
 * The weight formats that a folder has complete.
 * @throws {LabError} `missing-file` when a graph's external data has a gap.
 */
export function listVariants(files: ModelFiles): VariantFiles[] {
  const sizes = new Map(files.list.map(({ path, bytes }) => [path, bytes]));
  const filesOf = (graph: string): GraphFiles | undefined => {
    if (!sizes.has(graph)) return undefined;
    const parts = [...sizes.keys()].filter((path) => path.startsWith(`${graph}_data`));
    const data = parts.map((_, i) => (i === 0 ? `${graph}_data` : `${graph}_data_${i}`));
    const gap = data.find((path) => !sizes.has(path));
    if (gap)
      throw new LabError({
        code: 'missing-file',
        where: files.name,
        what: `The file ${gap} is missing.`,
        todo: 'Add it to the folder and add the model again.',
      });
    return { graph, data };
  };
  return (Object.keys(VARIANTS) as Variant[]).flatMap((variant) => {
    const [model, vocabulary] = ['model', 'vocabulary'].map((name) => filesOf(`onnx/${name}${VARIANTS[variant]}.onnx`));
    if (!model) return [];
    const found = { ...model, ...(vocabulary && { vocabulary }) };
    const bytes = variantPaths(found).reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
    return [{ variant, ...found, bytes }];
  });
}

/** The graphs of a variant. */
export const variantGraphs = ({ graph, vocabulary }: Omit<VariantFiles, 'variant' | 'bytes'>): string[] =>
  vocabulary ? [graph, vocabulary.graph] : [graph];

/** All files of a variant. */
export const variantPaths = (variant: Omit<VariantFiles, 'variant' | 'bytes'>): string[] => [
  ...variantGraphs(variant),
  ...variant.data,
  ...(variant.vocabulary?.data ?? []),
];

/**
 * The variant to run on `device`.
 * @throws {LabError} `missing-file` when the folder has none that runs there.
 */
export function chooseVariant(files: ModelFiles, device: Device, halfPrecision: boolean): VariantFiles {
  const order = PREFERENCE[device !== 'webgpu' ? 'main' : halfPrecision ? 'half' : 'single'];
  const variants = listVariants(files);
  for (const variant of order) {
    const found = variants.find((each) => each.variant === variant);
    if (found) return found;
  }
  if (variants.length > 0) {
    const held = variants.map(({ variant }) => variant).join(' and ');
    throw new LabError({
      code: 'missing-file',
      where: files.name,
      what:
        `It has its weights only as ${held}, which need half-precision arithmetic (shader-f16), and this graphics ` +
        'device does not offer that.',
      todo: 'Choose Wasm as the device, or a model with q4, q8 or fp32 weights.',
    });
  }
  const names = order.map((variant) => `onnx/model${VARIANTS[variant]}.onnx`).join(', ');
  throw new LabError({
    code: 'missing-file',
    where: files.name,
    what: `No weights that run on ${device} were found; one of ${names} is needed.`,
    todo: 'Export the model with this lab, or add a folder that has one of them.',
  });
}
