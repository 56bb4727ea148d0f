import { z } from 'zod';
import { LabError } from '../../error.ts';
import { parseJson } from '../../json.ts';

const names = z.union([z.string(), z.array(z.string())]).nullish();

/** The fields of PEFT's `adapter_config.json` that affect a merge. */
const schema = z.looseObject({
  peft_type: z.string(),
  r: z.int().positive(),
  lora_alpha: z.number(),
  lora_dropout: z.number().nullish(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: z.record(z.string(), z.int().positive()).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  target_modules: names,
  exclude_modules: names,
  layers_to_transform: z.union([z.int(), z.array(z.int())]).nullish(),
  layers_pattern: names,
  bias: z.string().nullish(),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  base_model_name_or_path: z.string().nullish(),
});

/** Initialisations that do not change the base; others (PiSSA, OLoRA, LoftQ, CorDA …) do. */
const PLAIN_INITIALS = new Set<unknown>([undefined, null, true, false, 'gaussian', 'eva', 'orthogonal']);

/** Settings that would need more than W + scaling·B·A. */
const REFUSED: Record<string, string> = {
  use_dora: 'DoRA',
  modules_to_save: 'whole modules that were trained (modules_to_save)',
  lora_bias: 'biases of its own (lora_bias)',
  trainable_token_indices: 'trained rows of the embedding (trainable_token_indices)',
  layer_replication: 'replicated layers (layer_replication)',
  target_parameters: 'parameters outside linear layers (target_parameters)',
  alora_invocation_tokens: 'activation by tokens (aLoRA)',
  use_qalora: 'pooled inputs (QALoRA)',
  use_bdlora: 'block-diagonal matrices (BD-LoRA)',
};

/** An adapter's settings, with PEFT's rules for which module gets what. */
export interface AdapterSettings {
  rank: number;
  alpha: number;
  dropout: number;
  rankStabilized: boolean;
  /** As written: names, or a pattern. */
  targets: string | string[];
  /** Name of the base model, if given. */
  base: string | undefined;
  /** Whether the settings ask for an adapter on a module, e.g. `model.layers.0.self_attn.q_proj`. */
  isTarget: (module: string) => boolean;
  rankOf(module: string): number;
  /** The factor of B·A: alpha/r, or alpha/√r if rank-stabilised (Kalajdzievski 2023). */
  scalingOf(module: string): number;
}

/**
 * Reads an `adapter_config.json`. `fan_in_fan_out` is ignored: PEFT unsets it for linear layers, and all layers of the
 * supported models are linear.
 * @throws {LabError} `bad-config` for a damaged one, `unsupported` for adapters that are more than low-rank products.
 */
export function parseAdapterSettings(text: string, where: string): AdapterSettings {
  const json = parseJson(text, where);
  refuseOtherType(json, where);
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new LabError({
      code: 'bad-config',
      where,
      what: `It does not describe a LoRA adapter. ${z.prettifyError(parsed.error)}`,
      todo: 'Use the adapter_config.json that PEFT wrote.',
    });
  const c = parsed.data;
  refuseOtherKinds(c, where);
  const rankPattern = patterns(c.rank_pattern ?? {}, where);
  const alphaPattern = patterns(c.alpha_pattern ?? {}, where);
  const rankOf = (module: string): number => rankPattern(module) ?? c.r;
  return {
    rank: c.r,
    alpha: c.lora_alpha,
    dropout: c.lora_dropout ?? 0,
    rankStabilized: c.use_rslora ?? false,
    targets: c.target_modules ?? [],
    base: c.base_model_name_or_path ?? undefined,
    isTarget: targetRule(c, where),
    rankOf,
    scalingOf: (module) =>
      (alphaPattern(module) ?? c.lora_alpha) / (c.use_rslora ? Math.sqrt(rankOf(module)) : rankOf(module)),
  };
}

/** Checked first: adapters of another type lack LoRA's keys, and an error about those would mislead. */
function refuseOtherType(json: unknown, where: string): void {
  const type = z.looseObject({ peft_type: z.string() }).safeParse(json).data?.peft_type;
  if (type === undefined || type === 'LORA') return;
  throw new LabError({
    code: 'unsupported',
    where,
    what: `It describes an adapter with peft_type ${type}, where only LORA can be merged.`,
    todo: 'Use a LoRA adapter, or a model that PEFT merged (merge_and_unload), which it cannot do with every type.',
  });
}

function refuseOtherKinds(config: z.infer<typeof schema>, where: string): void {
  const refuse = (what: string): LabError =>
    new LabError({
      code: 'unsupported',
      where,
      what: `The adapter has ${what}, which is more than a low-rank product.`,
      todo: 'Merge it with PEFT (merge_and_unload) and use the merged model.',
    });
  if ((config.bias ?? 'none') !== 'none') throw refuse(`trained biases (bias: ${config.bias})`);
  if (!PLAIN_INITIALS.has(config.init_lora_weights))
    throw refuse(`a base that its initialisation changed (init_lora_weights: ${config.init_lora_weights})`);
  for (const [key, what] of Object.entries(REFUSED)) {
    const value = config[key];
    const empty = !value || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!empty) throw refuse(what);
  }
}

/** PEFT's `get_pattern_key`: the first key that matches the end of the module's name. */
function patterns(table: Record<string, number>, where: string): (module: string) => number | undefined {
  const rules = Object.entries(table).map(([key, value]) => ({
    rule: pythonPattern(`^(?:.*\\.)?(?:${key})$`, where),
    value,
  }));
  return (module) => rules.find(({ rule }) => rule.test(module))?.value;
}

/** PEFT's `check_target_module_exists`. */
function targetRule(config: z.infer<typeof schema>, where: string): (module: string) => boolean {
  const wanted = nameRule(config.target_modules, where);
  const excluded = nameRule(config.exclude_modules, where);
  const layers = config.layers_to_transform == null ? null : new Set([config.layers_to_transform].flat());
  const containers = [config.layers_pattern ?? []].flat().filter(Boolean);
  const layerOf = pythonPattern(
    containers.length > 0 ? `\\.(?:${containers.join('|')})\\.(\\d+)\\.` : '^.*\\.[^.]*\\.(\\d+)\\.',
    where,
  );
  return (module) => {
    if (excluded(module) || !wanted(module)) return false;
    return layers === null || layers.has(Number(layerOf.exec(module)?.[1]));
  };
}

function nameRule(list: string | string[] | null | undefined, where: string): (module: string) => boolean {
  if (list == null) return () => false;
  if (list === 'all-linear') return (module) => /_proj$/.test(module);
  if (typeof list === 'string') {
    const pattern = pythonPattern(`^(?:${list})$`, where);
    return (module) => pattern.test(module);
  }
  return (module) => list.some((name) => module === name || module.endsWith(`.${name}`));
}

/** A pattern for Python's `re`; of its different syntax, only named groups occur in practice. */
function pythonPattern(source: string, where: string): RegExp {
  try {
    return new RegExp(source.replaceAll('(?P<', '(?<'));
  } catch (error) {
    throw LabError.from(error, {
      code: 'unsupported',
      where,
      what: 'A pattern of module names is not understood',
      todo: 'List the names of the modules instead.',
    });
  }
}
