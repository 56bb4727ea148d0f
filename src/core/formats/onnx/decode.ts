import {
  DATA_TYPE_CODES,
  type OnnxAttribute,
  type OnnxDataType,
  type OnnxDim,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './types.ts';
import { fieldFloats, fieldInt, fieldInts, fieldText, malformed, readFields, WIRE, type WireField } from './wire.ts';

const TYPE_BY_CODE = new Map<number, OnnxDataType>(
  Object.entries(DATA_TYPE_CODES).map(([name, code]) => [code, name as OnnxDataType]),
);

/**
 * Reads the bytes of a `.onnx` file. Fields that this project does not use are skipped; tensor bytes are views.
 * @throws {LabError} `bad-file` when the bytes are not an ONNX model, or contain something unsupported (sub-graphs).
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model: Omit<OnnxModel, 'graph'> = {
    irVersion: 0,
    producerName: '',
    producerVersion: '',
    opsets: {},
    metadata: {},
  };
  let graph: OnnxGraph | undefined;
  const on: Handlers = {
    1: (f) => (model.irVersion = fieldInt(f)),
    2: (f) => (model.producerName = fieldText(f)),
    3: (f) => (model.producerVersion = fieldText(f)),
    7: (f) => (graph = readGraph(message(f))),
    8: (f) => {
      let domain = '';
      let version = 0;
      walk(message(f), { 1: (g) => (domain = fieldText(g)), 2: (g) => (version = fieldInt(g)) });
      model.opsets[domain] = version;
    },
    14: (f) => readEntry(message(f), model.metadata),
  };
  walk(bytes, on);
  if (!graph) throw malformed('it has no graph');
  return { ...model, graph };
}

type Handlers = Record<number, (field: WireField) => unknown>;

function walk(bytes: Uint8Array, handlers: Handlers): void {
  for (const field of readFields(bytes)) handlers[field.field]?.(field);
}

function message(field: WireField): Uint8Array {
  if (field.wire !== WIRE.bytes) throw malformed(`field ${field.field} should be a message`);
  return field.bytes;
}

function readGraph(bytes: Uint8Array): OnnxGraph {
  const graph: OnnxGraph = { name: '', nodes: [], initializers: [], inputs: [], outputs: [] };
  walk(bytes, {
    1: (f) => graph.nodes.push(readNode(message(f))),
    2: (f) => (graph.name = fieldText(f)),
    5: (f) => graph.initializers.push(readTensor(message(f))),
    11: (f) => graph.inputs.push(readValueInfo(message(f))),
    12: (f) => graph.outputs.push(readValueInfo(message(f))),
  });
  return graph;
}

function readNode(bytes: Uint8Array): OnnxNode {
  const node: OnnxNode = { name: '', op: '', domain: '', inputs: [], outputs: [], attributes: {} };
  walk(bytes, {
    1: (f) => node.inputs.push(fieldText(f)),
    2: (f) => node.outputs.push(fieldText(f)),
    3: (f) => (node.name = fieldText(f)),
    4: (f) => (node.op = fieldText(f)),
    5: (f) => {
      const [name, value] = readAttribute(message(f));
      node.attributes[name] = value;
    },
    7: (f) => (node.domain = fieldText(f)),
  });
  return node;
}

function readAttribute(bytes: Uint8Array): [string, OnnxAttribute] {
  let name = '';
  let code = 0;
  let float = 0;
  let int = 0;
  let string = '';
  let tensor: OnnxTensor | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  walk(bytes, {
    1: (f) => (name = fieldText(f)),
    2: (f) => (float = fieldFloats(f)[0] ?? 0),
    3: (f) => (int = fieldInt(f)),
    4: (f) => (string = fieldText(f)),
    5: (f) => (tensor = readTensor(message(f))),
    7: (f) => append(floats, fieldFloats(f)),
    8: (f) => append(ints, fieldInts(f)),
    9: (f) => strings.push(fieldText(f)),
    20: (f) => (code = fieldInt(f)),
  });
  if (code === 1) return [name, { kind: 'float', value: float }];
  if (code === 2) return [name, { kind: 'int', value: int }];
  if (code === 3) return [name, { kind: 'string', value: string }];
  if (code === 4 && tensor) return [name, { kind: 'tensor', value: tensor }];
  if (code === 6) return [name, { kind: 'floats', value: floats }];
  if (code === 7) return [name, { kind: 'ints', value: ints }];
  if (code === 8) return [name, { kind: 'strings', value: strings }];
  throw malformed(`the attribute "${name}" has the unsupported type ${code}`);
}

function append<T>(target: T[], values: T[]): void {
  for (const value of values) target.push(value);
}

function dataType(field: WireField): OnnxDataType {
  const code = fieldInt(field);
  const type = TYPE_BY_CODE.get(code);
  if (!type) throw malformed(`the tensor type ${code} is unknown`);
  return type;
}

/** Converts values in typed fields (`float_data` and the like) to raw bytes. */
function readTensor(bytes: Uint8Array): OnnxTensor {
  const tensor: OnnxTensor = { name: '', type: 'float32', dims: [] };
  const external: Record<string, string> = {};
  const floats: number[] = [];
  const ints: number[] = [];
  let isExternal = false;
  walk(bytes, {
    1: (f) => append(tensor.dims, fieldInts(f)),
    2: (f) => (tensor.type = dataType(f)),
    4: (f) => append(floats, fieldFloats(f)),
    5: (f) => append(ints, fieldInts(f)),
    7: (f) => append(ints, fieldInts(f)),
    8: (f) => (tensor.name = fieldText(f)),
    9: (f) => (tensor.raw = message(f)),
    13: (f) => readEntry(message(f), external),
    14: (f) => (isExternal = fieldInt(f) === 1),
  });
  if (tensor.dims.some((dim) => dim < 0)) throw malformed(`the tensor "${tensor.name}" has a negative size`);
  if (isExternal) {
    const offset = Number(external.offset ?? 0);
    const length = Number(external.length ?? Number.NaN);
    if (
      !external.location ||
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(length) ||
      offset < 0 ||
      length < 0
    ) {
      throw malformed(`the tensor "${tensor.name}" has an invalid data location`);
    }
    tensor.external = { location: external.location, offset, length };
    delete tensor.raw;
  } else {
    tensor.raw ??= packTyped(tensor.type, floats, ints);
  }
  return tensor;
}

function packTyped(type: OnnxDataType, floats: number[], ints: number[]): Uint8Array {
  if (type === 'float32') return new Uint8Array(Float32Array.from(floats).buffer);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(ints.map(BigInt)).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(ints).buffer);
  if (type === 'float16' || type === 'bfloat16' || type === 'uint16')
    return new Uint8Array(Uint16Array.from(ints).buffer);
  return Uint8Array.from(ints);
}

function readValueInfo(bytes: Uint8Array): OnnxValueInfo {
  const value: OnnxValueInfo = { name: '', type: 'float32', dims: null };
  const dim = (f: WireField): OnnxDim => {
    let size: OnnxDim = '';
    walk(message(f), { 1: (g) => (size = fieldInt(g)), 2: (g) => (size = fieldText(g)) });
    return size;
  };
  walk(bytes, {
    1: (f) => (value.name = fieldText(f)),
    2: (f) =>
      walk(message(f), {
        1: (tensor) =>
          walk(message(tensor), {
            1: (g) => (value.type = dataType(g)),
            2: (shape) => {
              const dims: OnnxDim[] = [];
              walk(message(shape), { 1: (g) => dims.push(dim(g)) });
              value.dims = dims;
            },
          }),
      }),
  });
  return value;
}

function readEntry(bytes: Uint8Array, into: Record<string, string>): void {
  let key = '';
  let value = '';
  walk(bytes, { 1: (f) => (key = fieldText(f)), 2: (f) => (value = fieldText(f)) });
  into[key] = value;
}
