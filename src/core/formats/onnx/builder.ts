import { at } from '../../at.ts';
import {
  MICROSOFT,
  type OnnxAttribute,
  type OnnxDataType,
  type OnnxDim,
  type OnnxExternalData,
  type OnnxGraph,
  type OnnxModel,
} from './types.ts';

/** Operator set and IR version that ONNX Runtime 1.20 and later support. */
const OPSETS = { '': 21, [MICROSOFT]: 1 };
const IR_VERSION = 10;

/** The name by which graphs of this lab are recognised. */
export const PRODUCER = 'solace-lab';

interface NodeOptions {
  /** Node name. Default: the operator and a counter. */
  name?: string;
  /** `MICROSOFT` for ONNX Runtime's own operators. */
  domain?: string;
  /** Names of the outputs, `''` for unused ones. Default: one generated name. */
  outputs?: string[];
}

/**
 * Builds a graph node by node.
 * @example
 * const g = new GraphBuilder('double');
 * g.input('x', 'float32', ['n']);
 * g.node('Add', ['x', 'x'], {}, { outputs: ['y'] });
 * g.output('y', 'float32', ['n']);
 * const bytes = encodeModel(g.build());
 */
export class GraphBuilder {
  readonly graph: OnnxGraph;
  #counter = 0;

  constructor(name: string) {
    this.graph = { name, nodes: [], initializers: [], inputs: [], outputs: [] };
  }

  input(name: string, type: OnnxDataType, dims: OnnxDim[]): string {
    this.graph.inputs.push({ name, type, dims });
    return name;
  }

  output(name: string, type: OnnxDataType, dims: OnnxDim[]): string {
    this.graph.outputs.push({ name, type, dims });
    return name;
  }

  /** A constant in the model file; `raw` is little-endian and row-major. */
  initializer(name: string, type: OnnxDataType, dims: number[], raw: Uint8Array): string {
    this.graph.initializers.push({ name, type, dims, raw });
    return name;
  }

  /** A constant in an external data file. */
  external(name: string, type: OnnxDataType, dims: number[], external: OnnxExternalData): string {
    this.graph.initializers.push({ name, type, dims, external });
    return name;
  }

  /** A float32 constant. */
  floats(name: string, dims: number[], values: ArrayLike<number>): string {
    return this.initializer(name, 'float32', dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** An int64 constant; a scalar when given one number. */
  ints(name: string, values: number | number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const raw = new Uint8Array(BigInt64Array.from(list.map(BigInt)).buffer);
    return this.initializer(name, 'int64', typeof values === 'number' ? [] : [list.length], raw);
  }

  /** Adds a node and returns the name of its first output. */
  node(
    op: string,
    inputs: string[],
    attributes: Record<string, OnnxAttribute> = {},
    options: NodeOptions = {},
  ): string {
    const name = options.name ?? `${op}_${this.#counter++}`;
    const outputs = options.outputs ?? [`${name}.out`];
    this.graph.nodes.push({ name, op, domain: options.domain ?? '', inputs, outputs, attributes });
    return at(outputs, 0);
  }

  build(metadata: Record<string, string> = {}): OnnxModel {
    return {
      irVersion: IR_VERSION,
      producerName: PRODUCER,
      producerVersion: '1',
      opsets: { ...OPSETS },
      metadata,
      graph: this.graph,
    };
  }
}
