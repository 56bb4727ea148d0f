import { z } from 'zod';

/** Both names of the index: runtimes up to web-llm 0.2.79 ask for the second. */
export const INDEX_NAMES = ['tensor-cache.json', 'ndarray-cache.json'] as const;

const recordSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['uint32', 'float16', 'float32']),
  /** `f32-to-bf16` means that a float32 tensor is stored as bfloat16; other types are never packed. */
  format: z.enum(['raw', 'f32-to-bf16']),
  nbytes: z.int().nonnegative(),
  byteOffset: z.int().nonnegative(),
});
/** The location of a tensor in its file. */
export type MlcRecord = z.infer<typeof recordSchema>;

const shardSchema = z.object({
  dataPath: z.string(),
  format: z.literal('raw-shard'),
  nbytes: z.int().nonnegative(),
  records: z.array(recordSchema),
  md5sum: z.string(),
});
export type MlcShard = z.infer<typeof shardSchema>;

/** The list of data files and their contents, as TVM's `tvmjs.dump_tensor_cache` writes it. */
export const indexSchema = z.object({
  metadata: z.object({ ParamSize: z.int(), ParamBytes: z.number(), BitsPerParam: z.number() }),
  records: z.array(shardSchema),
});
export type MlcIndex = z.infer<typeof indexSchema>;
