import { LabError } from '../../../src/core/error.ts';
import { probeGpu } from '../../../src/engines/gpu.ts';
import { planSchema, type Kind, type Measurement } from '../plan.ts';
import { lineOf, resultSchema, type Finding, type Message } from '../results.ts';
import { summary } from '../table.ts';
import type { Bench, Report } from './bench.ts';

/** The code of each kind is fetched when it is measured, so that a page opens soon. */
const BENCHES: Record<Kind, () => Promise<(bench: Bench) => Promise<void>>> = {
  lab: async () => (await import('./lab.ts')).measureLab,
  profile: async () => (await import('./lab.ts')).profileLab,
  transformers: async () => (await import('./transformers.ts')).measureTransformers,
  wllama: async () => (await import('./wllama.ts')).measureWllama,
  webllm: async () => (await import('./webllm.ts')).measureWebLlm,
  train: async () => (await import('./train.ts')).measureTraining,
};

const door = {
  /** The graphics adapter of this browser. */
  adapter: () => probeGpu(),

  /**
   * Runs one measurement of the plan next to this page within `seconds`. Its results go to `gpuReport`, as does its
   * failure.
   */
  async run(name: string, seconds: number): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    const plan = planSchema.parse(await (await fetch('plan.json')).json());
    const measurement = plan.measurements.find((each) => each.name === name);
    if (!measurement) throw new Error(`The plan has no measurement "${name}".`);
    const report = reporter(measurement);
    try {
      const measure = await BENCHES[measurement.kind]();
      await measure({ plan, report, secondsLeft: () => (deadline - performance.now()) / 1000 });
    } catch (error) {
      report({ type: 'error', reason: reasonOf(error) });
    }
  },

  /** The tables of a run, from the results that the driver collected. */
  summary: (results: unknown[]): string => summary(results.map((each) => resultSchema.parse(each))),
};

declare global {
  /** What drivers call in this page. */
  var gpuBench: typeof door;
  /** The driver's function for messages, as JSON. */
  var gpuReport: ((message: string) => void) | undefined;
}
globalThis.gpuBench = door;

function reporter({ name }: Measurement): Report {
  return (finding: Finding) => {
    const result = { measurement: name, finding };
    // A figure that is not a number is lost on its way.
    const parsed = resultSchema.safeParse(JSON.parse(JSON.stringify(result)));
    const sent = parsed.success ? parsed.data : { measurement: name, finding: unreadable(finding) };
    const message: Message = { ...sent, line: lineOf(sent) };
    globalThis.gpuReport?.(JSON.stringify(message));
  };
}

const unreadable = (finding: Finding): Finding => ({
  type: 'error',
  reason: `a figure is missing in ${JSON.stringify(finding)}`,
});

function reasonOf(error: unknown): string {
  const parts = [error instanceof Error ? error.message : String(error)];
  if (error instanceof LabError && error.cause instanceof Error) parts.push(error.cause.message);
  return parts.join(' ').replace(/\s+/g, ' ').slice(0, 600);
}
