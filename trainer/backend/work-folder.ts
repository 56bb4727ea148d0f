import { copyFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { writeFile } from '../../src/core/formats/export/sink.ts';
import { adapterTensors, initialAdapter } from '../../src/core/training/lora.ts';
import { adapterStream, planEpoch, planRun } from '../../src/core/training/plan.ts';
import { learningRate } from '../../src/core/training/schedule.ts';
import { othersFiles, ownFolder } from '../files/output.ts';
import { diskFolder } from '../files/sink.ts';
import { saveAdapter } from '../train/checkpoint.ts';
import { planOptions, type RunConfig } from '../train/config.ts';
import { templateOf, type Prepared } from '../train/prepare.ts';
import { filesIn } from '../files/written.ts';
import { sequenceLines } from '../train/sequence-file.ts';

/** Files of this project that a work folder includes. */
export const SCRIPTS = join(import.meta.dirname, 'accelerate');
export const SCRIPT = 'train.py';
export const REQUIREMENTS = 'requirements.txt';
export const SETTINGS = 'run.json';
export const LAUNCH_CONFIG = 'accelerate.yaml';

/**
 * Writes `folder`, `<out>/accelerate/`: the sequences, the plan of every update, the first adapter, the script with its
 * requirements and Accelerate's configuration. The folder is all that a machine with graphics cards needs besides the
 * model.
 * @throws {LabError} `unsupported` for what the script cannot do, `bad-config` when a file there is not the lab's or
 * was edited.
 */
export async function writeWorkFolder(
  folder: string,
  checkpoint: Checkpoint,
  config: RunConfig,
  data: Prepared,
): Promise<{ updates: number }> {
  await refuse(checkpoint, config, data);
  const { train } = config;
  const updates = planLines(config, data);
  await ownFolder(folder).write(async (temporary) => {
    const sink = diskFolder(temporary, '--set out=');
    await writeFile(sink, 'train.jsonl', sequenceLines(data.train.sequences));
    await writeFile(sink, 'eval.jsonl', sequenceLines(data.eval.sequences));
    await writeFile(sink, 'updates.jsonl', updates.map((line) => `${line}\n`).join(''));
    await writeFile(
      sink,
      SETTINGS,
      JSON.stringify(
        {
          model: resolve(config.model),
          out: '..',
          device: config.device,
          precision: config.precision,
          seed: train.seed,
          patience: train.patience ?? null,
          optimizer: {
            beta1: train.beta1,
            beta2: train.beta2,
            epsilon: train.epsilon,
            weightDecay: train.weightDecay,
            maxGradNorm: train.maxGradNorm,
          },
        },
        null,
        2,
      ),
    );
    await writeFile(sink, LAUNCH_CONFIG, launchYaml(config));
    for (const name of [SCRIPT, REQUIREMENTS]) await copyFile(join(SCRIPTS, name), join(temporary, name));
    const tensors = adapterTensors(checkpoint.config, config.lora);
    const kind = { config, tensors, template: await templateOf(checkpoint, config.data.template) };
    await saveAdapter(join(temporary, 'start'), kind, initialAdapter(tensors, adapterStream(train.seed)));
    await refuseEdited(folder, temporary);
  });
  return { updates: updates.length };
}

/** A script that was edited, e.g. for a cluster, is not replaced. */
async function refuseEdited(folder: string, temporary: string): Promise<void> {
  const fresh = new Set(await filesIn(temporary));
  const edited = (await othersFiles(folder)).filter((path) => fresh.has(path));
  if (edited.length === 0) return;
  throw new LabError({
    code: 'bad-config',
    where: folder,
    what: `The lab did not write ${edited.join(', ')}, or it has been changed since.`,
    todo: 'Move what you want to keep, or choose another folder with --set out=….',
  });
}

async function refuse(checkpoint: Checkpoint, config: RunConfig, data: Prepared): Promise<void> {
  const unsupported = (what: string, todo: string): LabError =>
    new LabError({ code: 'unsupported', where: 'the accelerate backend', what, todo });
  const isFolder = await stat(config.model).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder || [...checkpoint.tensors.values()].some(({ type }) => /^Q/.test(type))) {
    throw unsupported(
      'It needs the base model as a folder that Transformers can load: config.json and safetensors.',
      'Write one with npm run trainer -- merge, or use the original checkpoint.',
    );
  }
  if (data.transfer.sequences.length > 0)
    throw unsupported('It evaluates one dataset only.', 'Leave out data.transfer, or train here.');
  if (config.base !== 'fp32') throw unsupported('It keeps the base as floats.', 'Leave base out, or train here.');
  const custom =
    config.train.batchSequences > 1 ||
    [...data.train.sequences, ...data.eval.sequences].some(({ branches }) => branches.some((branch) => branch > 0));
  const narrow = checkpoint.config.windows.find((window) => window !== null && window < config.data.maxTokens);
  if (custom && narrow != null) {
    throw unsupported(
      `Its mask for packed or compressed dialogues knows no attention window, and the model's of ${narrow} is ` +
        'narrower than maxTokens.',
      `Use --set data.maxTokens=${narrow}, or raw dialogues one at a time.`,
    );
  }
}

/** One line per update: its learning rate, the sequences of each pass, and whether to evaluate and save after it. */
function planLines(config: RunConfig, { train: { sequences } }: Prepared): string[] {
  const { train } = config;
  const plan = planOptions(config);
  const { epochs, schedule } = planRun(sequences, plan, train);
  const index = new Map(sequences.map((sequence, i) => [sequence, i]));
  const lines: string[] = [];
  for (let epoch = 0; epoch < epochs.length && lines.length < schedule.total; epoch++) {
    const updates = planEpoch(sequences, epoch, plan);
    for (const [i, batches] of updates.entries()) {
      const step = lines.length + 1;
      if (step > schedule.total) break;
      const ends = i + 1 === updates.length || step === schedule.total;
      lines.push(
        JSON.stringify({
          rate: learningRate(schedule, step - 1),
          epoch: Number((epoch + (i + 1) / updates.length).toFixed(4)),
          passes: batches.map((batch) => batch.sequences.map((sequence) => index.get(sequence))),
          evaluate: ends || (train.evalEvery !== undefined && step % train.evalEvery === 0),
          save: ends || step % train.saveEvery === 0,
        }),
      );
    }
  }
  return lines;
}

/** Accelerate reads YAML 1.1, in which a bare `no` is false; so every string is quoted. */
function launchYaml(config: RunConfig): string {
  return stringify(launchConfig(config), {
    version: '1.1',
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
  });
}

/**
 * Accelerate's configuration: one process, or the model sharded over N graphics cards as PEFT's guide to FSDP advises.
 */
function launchConfig({ devices, precision, device }: RunConfig): Record<string, unknown> {
  const sharded = device === 'cuda' && devices > 1;
  return {
    compute_environment: 'LOCAL_MACHINE',
    distributed_type: sharded ? 'FSDP' : 'NO',
    use_cpu: device === 'cpu',
    num_machines: 1,
    machine_rank: 0,
    num_processes: devices,
    mixed_precision: precision === 'fp32' ? 'no' : precision,
    ...(sharded && {
      fsdp_config: {
        fsdp_auto_wrap_policy: 'TRANSFORMER_BASED_WRAP',
        fsdp_backward_prefetch: 'BACKWARD_PRE',
        fsdp_cpu_ram_efficient_loading: false,
        fsdp_forward_prefetch: false,
        fsdp_offload_params: false,
        fsdp_sharding_strategy: 'FULL_SHARD',
        fsdp_state_dict_type: 'FULL_STATE_DICT',
        fsdp_sync_module_states: true,
        fsdp_use_orig_params: false,
      },
    }),
  };
}
