import { rememberingTokenizer, type ModelTokenizer } from '../../core/context/tokenizer.ts';
import { CHATML_TEMPLATE } from '../../core/context/chatml.ts';
import type { AdapterRecord, ModelRecord } from '../../core/engine/record.ts';
import type { PlanModel } from '../../core/evaluation/plan.ts';
import { catalogue } from '../models/catalogue.ts';
import { openRecordTokenizer } from '../models/tokenizers.ts';

/**
 * The tokenizer and template of a plan's model, if a model of this browser has them: the model itself, or the one whose
 * folder the plan names. Null if there is none; what it counts must be compared with the record.
 */
export async function planTokenizer(model: PlanModel): Promise<ModelTokenizer | null> {
  const record = recordFor(model, await catalogue.list());
  if (!record) return null;
  return openRecordTokenizer(record).then(rememberingTokenizer, () => null);
}

/** The model of this browser that a plan means. */
export function recordFor(model: PlanModel, known: readonly ModelRecord[]): ModelRecord | undefined {
  if (model.kind === 'endpoint') return undefined;
  if (model.kind === 'lab') return known.find(({ id }) => id === model.id);
  const name = model.folder.split('/').filter(Boolean).at(-1) ?? model.id;
  const found = known.find(({ id, added }) => !added && (id === name || id.endsWith(`+${name}`)));
  return found && model.template === 'chatml' ? withChatml(found) : found;
}

/** A model under plain ChatML, as plans of the command line may ask for it. */
function withChatml(record: ModelRecord): ModelRecord {
  if (record.format !== 'onnx' && record.format !== 'adapter') return record;
  const base = record.format === 'adapter' ? record.base : record;
  const { id, name, summary, bytes, addedAt, added } = record;
  return {
    id: `${id}~chatml`,
    name,
    summary,
    bytes,
    addedAt,
    added,
    format: 'adapter',
    base,
    url: null,
    template: CHATML_TEMPLATE,
    parts: [],
  } satisfies AdapterRecord;
}
