import { array64, type Array64 } from './array64.ts';
import type { Graph } from './value.ts';

/**
 * Runs a graph in double precision, operator by operator: the reference with which onnxruntime and the gradients are
 * compared. Slow; for small shapes.
 */
export function evaluate(graph: Graph, inputs: Readonly<Record<string, Array64>>): Record<string, Array64> {
  const results: Array64[] = [];
  const names = new Map([...graph.inputs].map(([name, value]) => [value.id, name]));
  for (const { id, made, constant } of graph.values) {
    if (made) {
      results[id] = made.operator.evaluate(
        made.inputs.map((input) => get(results, input.id)),
        made.settings,
      );
    } else if (constant) {
      results[id] = array64(constant.dims, constant.data);
    } else {
      const name = names.get(id) ?? '';
      const given = inputs[name];
      if (!given) throw new Error(`The input ${name} was not given.`);
      results[id] = given;
    }
  }
  return Object.fromEntries([...graph.outputs].map(([name, value]) => [name, get(results, value.id)]));
}

function get(results: readonly Array64[], id: number): Array64 {
  const result = results[id];
  if (!result) throw new Error(`Value ${id} was used before it was computed.`);
  return result;
}
