import { z } from 'zod';
import { normaliseBaseUrl, type Endpoint } from './endpoint.ts';
import { garbage } from './refusal.ts';
import { readAnswer, request, type RequestOptions } from './request.ts';

const size = z.number().int().positive().nullish().catch(null);
const modelsSchema = z.object({
  data: z.array(
    z.looseObject({
      id: z.string(),
      max_model_len: size,
      meta: z.looseObject({ n_ctx_train: size, n_ctx: size }).nullish().catch(null),
    }),
  ),
});

/** A model that an endpoint offers. */
export interface OfferedModel {
  id: string;
  contextWindow: number | null;
}

/**
 * The models that a server lists.
 * @throws {LabError} `endpoint` or `bad-config`.
 */
export async function listEndpointModels(endpoint: Endpoint, options: RequestOptions = {}): Promise<OfferedModel[]> {
  const at = { ...endpoint, baseUrl: normaliseBaseUrl(endpoint.baseUrl) };
  const answer = await readAnswer(
    await request(at, '/models', undefined, { timeoutMs: 20_000, ...options }),
    at,
    options.limits,
  );
  const parsed = modelsSchema.safeParse(answer);
  if (!parsed.success) throw garbage(JSON.stringify(answer), at);
  return parsed.data.data.map(({ id, max_model_len, meta }) => ({
    id,
    contextWindow: max_model_len ?? meta?.n_ctx ?? meta?.n_ctx_train ?? null,
  }));
}
