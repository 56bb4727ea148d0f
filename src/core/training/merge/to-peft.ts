import { throwIfCancelled } from '../../error.ts';
import type { Checkpoint } from '../../formats/checkpoint/checkpoint.ts';
import { CHAT_TEMPLATE_FILE } from '../../formats/checkpoint/template.ts';
import { encodeStored } from '../../formats/encode-stored.ts';
import { type FolderSink, writeFile } from '../../formats/export/sink.ts';
import { type SafetensorsType, streamSafetensors, type StreamedTensor } from '../../formats/safetensors/write.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE, peftConfig } from '../peft-config.ts';
import type { Adapter } from './adapter.ts';
import { commonSizes, targetNames } from './module-settings.ts';

export interface AdapterPeftOptions {
  /** The model that the adapter is for. */
  base: Checkpoint;
  /** Name of that model for `adapter_config.json`. */
  baseName: string;
  type: SafetensorsType;
  /** The chat template that the adapter was trained with. */
  template?: string | undefined;
  /** Called with the number of modules that are written. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes an adapter as the folder that PEFT loads. Modules whose rank or alpha differs from that of most are named in
 * `rank_pattern` and `alpha_pattern`.
 */
export async function adapterToPeft(adapter: Adapter, folder: FolderSink, options: AdapterPeftOptions): Promise<void> {
  const { base, baseName, type, template, onProgress, signal } = options;
  const { modules, settings } = adapter;
  const { rank, alpha } = commonSizes(modules);
  const differing = (value: (module: { rank: number; scaling: number }) => number, usual: number) =>
    Object.fromEntries(
      [...modules].flatMap(([name, module]) => (value(module) === usual ? [] : [[name, value(module)] as const])),
    );
  const text = peftConfig(
    {
      rank,
      alpha,
      dropout: settings.dropout,
      targets: targets(adapter, base),
      rankStabilized: false,
      rankPattern: differing((module) => module.rank, rank),
      alphaPattern: differing((module) => module.rank * module.scaling, alpha),
    },
    baseName,
  );
  await writeFile(folder, ADAPTER_CONFIG, text);
  if (template !== undefined) await writeFile(folder, CHAT_TEMPLATE_FILE, template);
  let done = 0;
  const tensors = [...modules].flatMap(([module, { a, b }]) =>
    [['a', a] as const, ['b', b] as const].map(([half, { shape }]): StreamedTensor => ({
      name: `base_model.model.${module}.lora_${half.toUpperCase()}.weight`,
      shape,
      type,
      async *chunks() {
        throwIfCancelled(signal);
        yield encodeStored(type, (await adapter.factors(module, base.config.headDim))[half]);
        if (half === 'b') onProgress?.(++done, modules.size);
      },
    })),
  );
  const file = await folder.create(ADAPTER_FILE);
  await streamSafetensors(file, tensors, { format: 'pt' });
  await file.close();
}

/** Names of projections if they say exactly which modules of the model are meant, otherwise the modules themselves. */
function targets({ modules }: Adapter, base: Checkpoint): string[] {
  const names = targetNames(modules);
  const exact = [...base.tensors.keys()].every((tensor) => {
    const module = tensor.replace(/\.weight$/, '');
    const named = module !== tensor && names.includes(module.slice(module.lastIndexOf('.') + 1));
    return named === modules.has(module);
  });
  return exact ? names : [...modules.keys()];
}
