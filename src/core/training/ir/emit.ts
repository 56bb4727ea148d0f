import { encodeModel, GraphBuilder } from '../../formats/onnx/index.ts';
import type { Graph, Value } from './value.ts';

/** The graph as the bytes of an ONNX model. Writes only what the outputs need. */
export function emit(graph: Graph, name: string): Uint8Array {
  const onnx = new GraphBuilder(name);
  const live = reachable([...graph.outputs.values()]);
  const names: string[] = [];
  const constants = new Map<string, string>();
  const once = (key: string, make: (name: string) => string): string => {
    const known = constants.get(key);
    if (known !== undefined) return known;
    const made = make(`constant_${constants.size}`);
    constants.set(key, made);
    return made;
  };
  const floats = (dims: number[], data: number[]): string =>
    once(`f${dims.join()}:${data.join()}`, (constant) => onnx.floats(constant, dims, data));

  for (const [input, value] of graph.inputs) {
    if (live.has(value.id)) names[value.id] = onnx.input(input, value.type, [...value.shape]);
  }
  for (const value of graph.values) {
    if (!live.has(value.id) || names[value.id] !== undefined) continue;
    if (value.constant) {
      names[value.id] = floats(value.constant.dims, value.constant.data);
    } else if (value.made) {
      const { operator, inputs, settings } = value.made;
      names[value.id] = operator.emit({
        names: inputs.map((input) => names[input.id] ?? ''),
        inputs,
        output: value,
        settings,
        onnx,
        scalar: (number) => floats([], [number]),
        ints: (list) => once(`i${list.join()}`, (constant) => onnx.ints(constant, [...list])),
      });
    }
  }
  const renamed = new Map<string, string>();
  for (const [output, value] of graph.outputs) {
    const name = names[value.id] ?? '';
    // The runtime copies the input of an Identity, so a result gets the output's name where it is computed.
    if (value.made && !renamed.has(name)) renamed.set(name, output);
    else onnx.node('Identity', [name], {}, { outputs: [output] });
    onnx.output(output, value.type, [...value.shape]);
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  for (const node of onnx.graph.nodes) {
    node.inputs = node.inputs.map(rename);
    node.outputs = node.outputs.map(rename);
  }
  return encodeModel(onnx.build());
}

function reachable(roots: readonly Value[]): Set<number> {
  const seen = new Set<number>();
  const queue = [...roots];
  for (let value = queue.pop(); value; value = queue.pop()) {
    if (seen.has(value.id)) continue;
    seen.add(value.id);
    queue.push(...(value.made?.inputs ?? []));
  }
  return seen;
}
