/** Dispatches that ONNX Runtime passes to the graphics device at once; its default is 16. */
const DISPATCHES = 32;

/**
 * A module that loads the given one, ONNX Runtime's for WebGPU, and sets how many dispatches it submits together: its
 * JavaScript passes on only some of the options of the graphics device, and this one is read while the others are.
 */
export const ortInBatches = (module: string): string => `import load from './${module}';

const OPTION = { name: 'ep.webgpuexecutionprovider.maxNumPendingDispatches', value: '${DISPATCHES}' };

export default async function (given) {
  const runtime = await load(given);
  const text = (value) => {
    const at = runtime._malloc(value.length + 1);
    runtime.stringToUTF8(value, at, value.length + 1);
    return at;
  };
  const append = runtime._OrtAppendExecutionProvider;
  runtime._OrtAppendExecutionProvider = (options, ...rest) => {
    const [name, value] = [text(OPTION.name), text(OPTION.value)];
    runtime._OrtAddSessionConfigEntry(options, name, value);
    runtime._free(name);
    runtime._free(value);
    return append(options, ...rest);
  };
  return runtime;
}
`;
