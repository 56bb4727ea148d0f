/**
 * The environment of ONNX Runtime's processor build.
 *
 * GroupQueryAttention sizes the tiles of its attention by the processor's second-level cache. Wasm does not know that
 * size, so a tile is one key, and attention takes most of the time of a prompt. Without tiles, whole matrices are
 * multiplied (`ApplyAttentionFlash` in gqa_attention_base.h, ONNX Runtime's pull request 33202).
 */
const ENVIRONMENT = { ORT_GQA_DISABLE_FLASH_ATTENTION: '1' };

/** Where Emscripten's script lists the first of a module's environment variables. */
const FIRST = /(?<=\{)USER:"web_user"/g;

/**
 * ONNX Runtime's script with these environment variables, which it offers no option for.
 * @param script the text of `ort-wasm-simd-threaded.mjs`.
 * @throws {Error} when the script does not list its variables as it used to.
 */
export function ortInEnvironment(script: string): string {
  const found = script.match(FIRST)?.length ?? 0;
  if (found !== 1)
    throw new Error(
      `ONNX Runtime's script lists its environment variables in ${found} places instead of one: ` +
        'correct FIRST in build/ort-environment.ts for this version of onnxruntime-web.',
    );
  const variables = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}:${JSON.stringify(value)},`);
  return script.replace(FIRST, (first) => variables.join('') + first);
}
