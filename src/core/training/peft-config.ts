import type { LoraConfig } from './lora.ts';

/** Names of PEFT's two files. */
export const ADAPTER_FILE = 'adapter_model.safetensors';
export const ADAPTER_CONFIG = 'adapter_config.json';

/** An adapter's settings; its modules may differ. */
export interface PeftSettings extends Omit<LoraConfig, 'targets'> {
  /** Names of projections, or of modules. */
  targets: readonly string[];
  /** Ranks of single modules. */
  rankPattern?: Readonly<Record<string, number>>;
  /** Alphas of single modules. */
  alphaPattern?: Readonly<Record<string, number>>;
}

/** The settings that PEFT reads with the tensors. `base` names the adapter's base model. */
export function peftConfig(lora: PeftSettings, base: string): string {
  return JSON.stringify(
    {
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: base,
      r: lora.rank,
      lora_alpha: lora.alpha,
      lora_dropout: lora.dropout,
      target_modules: lora.targets,
      use_rslora: lora.rankStabilized,
      bias: 'none',
      fan_in_fan_out: false,
      init_lora_weights: true,
      inference_mode: true,
      modules_to_save: null,
      layers_to_transform: lora.layers ?? null,
      layers_pattern: null,
      rank_pattern: lora.rankPattern ?? {},
      alpha_pattern: lora.alphaPattern ?? {},
      revision: null,
    },
    null,
    2,
  );
}
