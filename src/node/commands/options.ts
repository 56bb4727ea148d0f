/** The option of commands that use a model of this machine. */
export const MODEL = {
  kind: 'text',
  value: 'MODEL',
  otherwise: 'the model that the page begins with',
  about: 'A model that `lab models` lists, by name, a folder that export wrote, or the folder of an adapter.',
} as const;
