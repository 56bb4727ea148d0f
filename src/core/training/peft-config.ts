import type { LoraConfig } from './lora.ts';

/** Names of PEFT's two files. */
export const ADAPTER_FILE = 'adapter_model.safetensors';
export const ADAPTER_CONFIG = 'adapter_config.json';

/** The settings that PEFT reads with the tensors. `base` names the adapter's base model. */
export function peftConfig(lora: LoraConfig, base: string): string {
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
      rank_pattern: {},
      alpha_pattern: {},
      revision: null,
    },
    null,
    2,
  );
}
