import type { InputPaths } from '../../src/node/output-path.ts';
import { parseAdapterOption } from '../files/open-model.ts';
import type { RunConfig } from '../train/config.ts';
import { loadConfig, PRESETS } from '../train/load-config.ts';

/** Options that several commands share. */
export const FORCE = {
  kind: 'flag',
  about: 'Write into a folder that the lab did not write: files of the same name are replaced, others are kept.',
} as const;

export const ADAPTER = {
  kind: 'text',
  value: 'ADAPTER[=WEIGHT]',
  many: true,
  about: "A LoRA adapter, a GGUF file, a PEFT folder or the lab's own by name, optionally with a weight (default: 1).",
} as const;

/** Options that name a configuration. */
export const CONFIG_OPTIONS = {
  preset: { kind: 'text', choices: PRESETS, otherwise: 'none', about: 'A configuration that comes with the trainer.' },
  config: {
    kind: 'text',
    value: 'FILE',
    otherwise: 'none',
    about: 'A configuration in YAML, which overrides the preset.',
  },
  set: {
    kind: 'text',
    value: 'KEY=VALUE',
    many: true,
    about:
      'One setting, e.g. train.epochs=3, which overrides file and preset. docs/reference/training.md lists the keys.',
  },
  'skip-bad': { kind: 'flag', about: 'Skip malformed records, which otherwise stop the command.' },
} as const;

interface ConfigValues {
  preset?: (typeof PRESETS)[number] | undefined;
  config?: string | undefined;
  set: string[];
  'skip-bad': boolean;
}

/** The configuration from the options; `more` are settings from other options. */
export async function configFrom(
  { preset, config, set, 'skip-bad': skip }: ConfigValues,
  more: readonly string[] = [],
): Promise<RunConfig> {
  return loadConfig({
    ...(preset !== undefined && { preset }),
    ...(config !== undefined && { file: config }),
    set: [...set, ...(skip ? ['data.skipBad=true'] : []), ...more],
  });
}

/** Paths that a configuration reads. */
export function configInputs(config: RunConfig, file?: string): InputPaths {
  return {
    model: config.model,
    'data.train': config.data.train,
    'data.eval': config.data.eval,
    'data.template': config.data.template,
    '--config': file,
  };
}

/** The paths named by `--adapter`. */
export async function adapterPaths(options: readonly string[]): Promise<string[]> {
  return Promise.all(options.map(async (option) => (await parseAdapterOption(option)).path));
}
