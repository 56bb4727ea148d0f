import type { LoadedInfo } from '../../core/engine/engine.ts';
import { modelProvenance, type ModelProvenance } from '../../core/evaluation/provenance.ts';
import type { PlanModel } from '../../core/evaluation/plan.ts';
import { ENGINE_PACKAGES, softwareHere } from '../../engines/software.ts';
import { modelHashes } from '../models/list.ts';

/** The provenance of what a model of this browser computes. */
export async function provenanceInPage({ id }: PlanModel, info: LoadedInfo): Promise<ModelProvenance> {
  return modelProvenance(softwareHere(), info, ENGINE_PACKAGES[info.engine], await modelHashes(id));
}
