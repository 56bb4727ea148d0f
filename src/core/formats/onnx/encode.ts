import {
  DATA_TYPE_CODES,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './types.ts';
import { MessageWriter } from './wire.ts';

/** Field numbers below are those of onnx.proto (ONNX 1.17, IR version 10). */

/** Serialises a model as the bytes of a `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  writer.int(1, model.irVersion);
  writer.string(2, model.producerName);
  writer.string(3, model.producerVersion);
  writer.message(7, (w) => writeGraph(w, model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.message(8, (w) => {
      w.string(1, domain);
      w.int(2, version);
    });
  }
  writeEntries(writer, 14, model.metadata);
  return writer.finish();
}

function writeGraph(writer: MessageWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, (w) => writeNode(w, node));
  writer.string(2, graph.name);
  for (const tensor of graph.initializers) writer.message(5, (w) => writeTensor(w, tensor));
  for (const value of graph.inputs) writer.message(11, (w) => writeValueInfo(w, value));
  for (const value of graph.outputs) writer.message(12, (w) => writeValueInfo(w, value));
}

function writeNode(writer: MessageWriter, node: OnnxNode): void {
  for (const name of node.inputs) writer.string(1, name);
  for (const name of node.outputs) writer.string(2, name);
  writer.string(3, node.name);
  writer.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (w) => writeAttribute(w, name, attribute));
  }
  if (node.domain) writer.string(7, node.domain);
}

function writeAttribute(writer: MessageWriter, name: string, attribute: OnnxAttribute): void {
  writer.string(1, name);
  writer.int(20, { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 }[attribute.kind]);
  if (attribute.kind === 'float') writer.float(2, attribute.value);
  else if (attribute.kind === 'int') writer.int(3, attribute.value);
  else if (attribute.kind === 'string') writer.string(4, attribute.value);
  else if (attribute.kind === 'tensor') {
    const tensor = attribute.value;
    writer.message(5, (w) => writeTensor(w, tensor));
  } else if (attribute.kind === 'floats') for (const value of attribute.value) writer.float(7, value);
  else if (attribute.kind === 'ints') for (const value of attribute.value) writer.int(8, value);
  else for (const value of attribute.value) writer.string(9, value);
}

function writeTensor(writer: MessageWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.dims) writer.int(1, dim);
  writer.int(2, DATA_TYPE_CODES[tensor.type]);
  writer.string(8, tensor.name);
  if (tensor.external) {
    const { location, offset, length } = tensor.external;
    writeEntries(writer, 13, { location, offset: String(offset), length: String(length) });
    writer.int(14, 1);
  } else {
    writer.bytes(9, tensor.raw ?? new Uint8Array(0));
  }
}

function writeValueInfo(writer: MessageWriter, value: OnnxValueInfo): void {
  writer.string(1, value.name);
  writer.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, DATA_TYPE_CODES[value.type]);
      const { dims } = value;
      if (!dims) return;
      tensor.message(2, (shape) => {
        for (const dim of dims) {
          shape.message(1, (w) => {
            if (typeof dim === 'number') w.int(1, dim);
            else if (dim) w.string(2, dim);
          });
        }
      });
    }),
  );
}

function writeEntries(writer: MessageWriter, field: number, entries: Record<string, string>): void {
  for (const [key, value] of Object.entries(entries)) {
    writer.message(field, (w) => {
      w.string(1, key);
      w.string(2, value);
    });
  }
}
