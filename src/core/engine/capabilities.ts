import { LabError } from '../error.ts';
import type { LoadedInfo, LoadedModel, ModelScorer, ModelTokenizer } from './engine.ts';

/** A model that can render, count and score, as the likelihood of a reply requires. */
export interface ScorableModel {
  readonly info: LoadedInfo;
  readonly tokenizer: ModelTokenizer;
  readonly scorer: ModelScorer;
}

/** The model if it can score replies; undefined if its engine cannot. */
export function scorableModel({ info, tokenizer, scorer }: LoadedModel): ScorableModel | undefined {
  return tokenizer && scorer && { info, tokenizer, scorer };
}

/** @throws {LabError} `unsupported` when the model cannot render, count and score. */
export function requireScorable(model: LoadedModel): ScorableModel {
  const found = scorableModel(model);
  if (found) return found;
  throw noScores(model.info);
}

/** @throws {LabError} `unsupported` when the model gives no probabilities for a text. */
export function requireScorer({ info, scorer }: Pick<LoadedModel, 'info' | 'scorer'>): ModelScorer {
  if (scorer) return scorer;
  throw noScores(info);
}

function noScores({ modelId }: LoadedInfo): LabError {
  return new LabError({
    code: 'unsupported',
    where: modelId,
    what: 'This model cannot score text: its engine gives no probabilities for it, or its tokenizer is not known here.',
    todo: 'Load the ONNX version of the model, or choose the embedded one.',
  });
}
