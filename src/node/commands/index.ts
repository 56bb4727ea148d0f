import type { Commands } from '../command-line.ts';

/** The lab's commands. To add one, add a file to this folder and a line here. */
export const LAB_COMMANDS: Commands = {
  models: async () => (await import('./models.ts')).modelsCommand,
  metrics: async () => (await import('./metrics.ts')).metricsCommand,
  compress: async () => (await import('./compress.ts')).compressCommand,
  lengths: async () => (await import('./lengths.ts')).lengthsCommand,
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand,
  score: async () => (await import('./score.ts')).scoreCommand,
  judge: async () => (await import('./judge.ts')).judgeCommand,
  danger: async () => (await import('./danger.ts')).dangerCommand,
  reply: async () => (await import('./reply.ts')).replyCommand,
};
