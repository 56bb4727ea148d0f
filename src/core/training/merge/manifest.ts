import { z } from 'zod';
import { REPRESENTATION_IDS } from '../../compression/representation.ts';
import { baseSchema, filesSchema, knownValuesSchema } from '../../formats/manifest.ts';

/** The name of the adapter's file in a folder with a manifest. */
export const ADAPTER_GGUF = 'adapter.gguf';
export const ADAPTER_FORMAT = 'solace-lab-adapter';

/** The manifest of an adapter's folder. Version 1. */
export const adapterManifestSchema = z.object({
  format: z.literal(ADAPTER_FORMAT),
  version: z.literal(1),
  /** Folder and display name. */
  name: z.string().min(1),
  /** What it is for, a sentence. */
  summary: z.string(),
  base: baseSchema,
  /** Rank and alpha of most modules, and the factor of B·A there. */
  rank: z.number().int().positive(),
  alpha: z.number(),
  scaling: z.number(),
  /** Names of the projections that it changes. */
  targets: z.array(z.string()).min(1),
  /** How the utterances were written that it was trained on, if known. */
  representation: z.enum(REPRESENTATION_IDS).optional(),
  /** The data that it was trained on, a sentence. */
  dataset: z.string(),
  /** Type of most of its matrices. */
  dtype: z.string(),
  licence: z.string(),
  /** What the base with this adapter computes; manifests of earlier versions of the lab lack it. */
  selfTest: knownValuesSchema.optional(),
  /** The chat template that it was trained with, if it is not that of the base. */
  chatTemplate: z.string().optional(),
  /** Every other file of the folder. */
  files: filesSchema,
});

export type AdapterManifest = z.infer<typeof adapterManifestSchema>;
