const NUMBER = /-\d{5}-of-(\d{5})\.gguf$/;

/**
 * The names of all parts of a GGUF file in their order, given the name of any part, as llama-gguf-split numbers them
 * (`name-00001-of-00003.gguf`); the name alone if the file is not split.
 */
export function ggufPartNames(name: string): string[] {
  const total = Number(NUMBER.exec(name)?.[1] ?? 1);
  if (total === 1) return [name];
  return Array.from({ length: total }, (_, i) => name.replace(/-\d{5}-of-/, `-${String(i + 1).padStart(5, '0')}-of-`));
}

/** The name of a GGUF file without its ending and the number of its part. */
export const ggufTitle = (name: string): string => name.replace(/(-\d{5}-of-\d{5})?\.gguf$/, '');
