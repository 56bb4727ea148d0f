import { z } from 'zod';
import type { LoadedInfo } from '../engine/engine.ts';
import { sha256Schema, textHash } from '../sha256.ts';
import type { SampledTurn } from './turns.ts';
import { weightsSchema, type ModelWeights } from './weights.ts';

/** What made a record: enough to make it again, or to see why another machine makes a different one. */
export const provenanceSchema = z.object({
  /** Version of the lab, and its commit, with `-changed` if files differed from it; null outside a clone. */
  lab: z.string(),
  commit: z.string().nullable(),
  /** The engine, the package that computes, and its version; null for a server, which does not say. */
  engine: z.object({
    id: z.string(),
    package: z.string().nullable(),
    version: z.string().nullable(),
    /** Whether it computed with 32-bit floats that were widened from fewer bits. */
    wide: z.literal(true).optional(),
  }),
  device: z.string(),
  /** SHA-256 of weights and adapter, as in plans; null if the model's files have none. */
  weights: weightsSchema.nullable(),
  /** SHA-256 of the list of the tokenizer's files; null if it is not in files of its own. */
  tokenizer: sha256Schema.nullable(),
  /** SHA-256 of the turns, with what was said before them. */
  data: sha256Schema,
});
export type Provenance = z.output<typeof provenanceSchema>;

/** What is known of a loaded model's provenance; the run adds its data. */
export type ModelProvenance = Omit<Provenance, 'data'>;

/** Version and commit of the lab, and versions of packages that compute, by name. */
export interface Software {
  lab: string;
  /** With `-changed` if tracked files differ from it; null outside a clone. */
  commit: string | null;
  packages: Readonly<Record<string, string>>;
}

/** Hashes of a model's files, as far as they have any. */
export interface ModelHashes {
  weights: ModelWeights | null;
  tokenizer: string | null;
}

/** The provenance of what a loaded model computes; `name` is the package that computes, null for a server. */
export const modelProvenance = (
  { lab, commit, packages }: Software,
  { engine, device, wide }: Pick<LoadedInfo, 'engine' | 'device' | 'wide'>,
  name: string | null,
  hashes: ModelHashes,
): ModelProvenance => ({
  lab,
  commit,
  engine: {
    id: engine,
    package: name,
    version: name === null ? null : (packages[name] ?? null),
    ...(wide && { wide }),
  },
  device,
  ...hashes,
});

/** A short name of a provenance: the first 12 digits of its SHA-256. The schema gives its fields their order. */
export const provenanceId = (provenance: Provenance): string =>
  textHash(JSON.stringify(provenanceSchema.parse(provenance))).slice(0, 12);

/** The SHA-256 of a run's turns: what was said before each, and the original reply. Names of files do not matter. */
export const turnsHash = (turns: readonly Pick<SampledTurn, 'before' | 'reference' | 'reply'>[]): string =>
  textHash(
    turns
      .map(({ before, reference, reply }) =>
        JSON.stringify([before.map(({ speaker, text }) => [speaker, text]), reference, reply]),
      )
      .join('\n'),
  );
