import { LabError } from '../error.ts';
import type { Decoding } from './engine.ts';
import { seededRandom } from '../random/xoshiro128.ts';

export type SamplingSettings = Pick<Decoding, 'temperature' | 'topK' | 'topP' | 'seed'>;

/**
 * Picks the next token id from the logits of one position (length = vocabulary). Stateful: it holds the seed's stream.
 */
export type Sampler = (logits: Float32Array) => number;

/** A token that passed the filters, with its renormalised probability. */
export interface Candidate {
  id: number;
  p: number;
}

/**
 * A seeded sampler with the filters of Hugging Face's logits warpers, in their order: temperature, top-k, top-p.
 * Temperature 0 is greedy. `topK` 0 and `topP` 1 turn a filter off.
 */
export function createSampler({ temperature, topK, topP, seed }: SamplingSettings): Sampler {
  checkSettings({ temperature, topK, topP, seed });
  if (temperature === 0) return argmax;
  const random = seededRandom(seed);
  return (logits) => draw(candidates(logits, { temperature, topK, topP }), random());
}

function checkSettings({ temperature, topK, topP, seed }: SamplingSettings): void {
  const refuse = (field: string, what: string): never => {
    throw new LabError({ code: 'bad-config', what, where: field, todo: 'Change it in the decoding settings.' });
  };
  if (!(temperature >= 0 && Number.isFinite(temperature))) refuse('temperature', 'It must be 0 or more.');
  if (!(topP > 0 && topP <= 1)) refuse('top-p', 'It must be above 0 and at most 1.');
  if (!(Number.isInteger(topK) && topK >= 0)) refuse('top-k', 'It must be a whole number, 0 or more.');
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff))
    refuse('seed', 'It must be a whole number from 0 to 4294967295.');
}

/** The id of the highest logit; ties go to the lowest id. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let bestValue = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] as number;
    if (value > bestValue) {
      bestValue = value;
      best = id;
    }
  }
  return best;
}

/** What is left after temperature, top-k and top-p, most probable first; the probabilities sum to 1. */
export function candidates(
  logits: Float32Array,
  { temperature, topK, topP }: Omit<SamplingSettings, 'seed'>,
): Candidate[] {
  const ids = topK > 0 && topK < logits.length ? atLeast(logits, kthLargest(logits, topK)) : undefined;
  if (ids) return nucleus(softmax(logits, temperature, ids).sort(byProbability), topP);
  const all = softmax(logits, temperature);
  if (topP >= 1) return all;
  return nucleus(mostProbable(all, topP), topP);
}

const byProbability = (a: Candidate, b: Candidate) => b.p - a.p || a.id - b.id;

/** Hugging Face's rule: a token is kept while the mass before it is less than `topP`; at least one is kept. */
function nucleus(sorted: Candidate[], topP: number): Candidate[] {
  if (topP >= 1) return sorted;
  let before = 0;
  let count = 0;
  while (count < sorted.length && (count === 0 || before < topP)) before += (sorted[count++] as Candidate).p;
  const kept = sorted.slice(0, count);
  for (const candidate of kept) candidate.p /= before;
  return kept;
}

/** The most probable tokens, sorted, until they reach `mass`; sorts no more than that needs. */
function mostProbable(all: Candidate[], mass: number): Candidate[] {
  for (let k = 64; ; k *= 4) {
    if (k >= all.length) return all.sort(byProbability);
    const values = Float64Array.from(all, (candidate) => candidate.p);
    const threshold = kthLargest(values, k);
    const top = all.filter((candidate) => candidate.p >= threshold).sort(byProbability);
    if (top.reduce((sum, candidate) => sum + candidate.p, 0) >= mass) return top;
  }
}

function draw(from: Candidate[], u: number): number {
  let left = u;
  for (const { id, p } of from) {
    left -= p;
    if (left < 0) return id;
  }
  return (from[from.length - 1] as Candidate).id;
}

/** The `k` most probable ids with their log-probabilities in nats, most probable first. */
export function mostLikely(logits: Float32Array, k: number): { id: number; logprob: number }[] {
  const best = argmax(logits);
  const highest = logits[best] as number;
  const ofBest = logProbability(logits, best);
  const ids = k < logits.length ? atLeast(logits, kthLargest(logits, k)) : Array.from(logits, (_, id) => id);
  return ids
    .map((id) => ({ id, logprob: (logits[id] as number) - highest + ofBest }))
    .sort((a, b) => b.logprob - a.logprob || a.id - b.id)
    .slice(0, k);
}

function softmax(logits: Float32Array, temperature: number, ids?: number[]): Candidate[] {
  const chosen = ids ?? Array.from(logits, (_, id) => id);
  let highest = -Infinity;
  for (const id of chosen) highest = Math.max(highest, logits[id] as number);
  let sum = 0;
  const out = chosen.map((id) => {
    const p = Math.exp(((logits[id] as number) - highest) / temperature);
    sum += p;
    return { id, p };
  });
  for (const candidate of out) candidate.p /= sum;
  return out;
}

/** Ids whose logit is `threshold` or more: with ties at the threshold more than k stay, as in Hugging Face's filter. */
function atLeast(logits: Float32Array, threshold: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) if ((logits[id] as number) >= threshold) ids.push(id);
  return ids;
}

/** The k-th largest value, through a min-heap of size k: one pass over the vocabulary, no full sort. */
export function kthLargest(values: Float32Array | Float64Array, k: number): number {
  const heap = values.slice(0, k).sort();
  for (let i = k; i < values.length; i++) {
    const value = values[i] as number;
    if (value > (heap[0] as number)) sink(heap, value);
  }
  return heap[0] as number;
}

/** Replaces the heap's smallest by `value` and restores the order. An ascending array is a valid min-heap. */
function sink(heap: Float32Array | Float64Array, value: number): void {
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= value) break;
    heap[i] = heap[child] as number;
    i = child;
  }
  heap[i] = value;
}

/** Natural-log probability of `id` under the softmax of `logits`, summed in float64. */
export function logProbability(logits: Float32Array, id: number): number {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - highest);
  return (logits[id] as number) - highest - Math.log(sum);
}

/**
 * Whether logits are impossible: not finite, or all equal. A graphics device that ran out of memory or was lost returns
 * such rows instead of an error.
 */
export function logitsFault(logits: Float32Array): 'not-finite' | 'constant' | null {
  const first = logits[0] as number;
  let constant = true;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i] as number;
    if (!Number.isFinite(value) && value !== -Infinity) return 'not-finite';
    if (value !== first) constant = false;
  }
  return constant ? 'constant' : null;
}
