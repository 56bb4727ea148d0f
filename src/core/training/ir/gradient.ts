import { add } from './operators/elementwise.ts';
import { expandLike, joinPads } from './operators/shape.ts';
import { sameShape, type Value } from './value.ts';

/**
 * Reverse-mode differentiation: adds to the graph the gradient of `loss` (a single element) with respect to each value
 * of `parameters`, in their order and shapes. Values that no parameter reaches are not differentiated.
 */
export function gradients(loss: Value, parameters: readonly Value[]): Value[] {
  const { graph } = loss;
  const order = graph.values.slice(0, loss.id + 1);
  const needed = new Set(parameters.map((value) => value.id));
  for (const value of order) {
    if (value.made?.inputs.some((input) => needed.has(input.id))) needed.add(value.id);
  }
  const collected = new Map<number, Value>([
    [
      loss.id,
      graph.constant(
        1,
        loss.shape.map(() => 1),
      ),
    ],
  ]);
  for (const output of order.reverse()) {
    const unbroadcast = collected.get(output.id);
    if (!unbroadcast || !output.made || !needed.has(output.id)) continue;
    const { operator, inputs, settings } = output.made;
    if (!operator.gradient) throw new Error(`${operator.name} has no gradient.`);
    const needs = inputs.map((input) => needed.has(input.id));
    const parts = operator.gradient({
      inputs,
      output,
      settings,
      unbroadcast,
      needs,
      broadcast: () => broadcastTo(unbroadcast, output),
    });
    inputs.forEach((input, i) => {
      const part = parts[i];
      if (!part || !needs[i]) return;
      const before = collected.get(input.id);
      collected.set(input.id, before ? (joinPads(before, part) ?? add(before, part)) : part);
    });
  }
  return parameters.map((parameter, i) => {
    const gradient = collected.get(parameter.id);
    if (!gradient) throw new Error(`The loss does not depend on parameter ${i}.`);
    return broadcastTo(gradient, parameter);
  });
}

/** A gradient in the shape of `like`. */
function broadcastTo(gradient: Value, like: Value): Value {
  return sameShape(gradient.shape, like.shape) ? gradient : expandLike(gradient, like);
}
