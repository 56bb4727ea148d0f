/**
 * Where files that were made of a model's own are kept among them: a merged model, one converted for llama.cpp, and one
 * written for WebGPU.
 */
export const MADE_FOLDERS = { merged: 'merged/', converted: 'converted/', webgpu: 'webgpu/' } as const;
export type MadeFolder = keyof typeof MADE_FOLDERS;

/** Whether a stored file was made of a model's own files, so that it can be made again. */
export const isMade = (path: string): boolean => Object.values(MADE_FOLDERS).some((folder) => path.startsWith(folder));
