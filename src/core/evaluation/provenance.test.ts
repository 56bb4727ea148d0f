import { describe, expect, it } from 'vitest';
import { provenanceId, provenanceSchema, turnsHash, type Provenance } from './provenance.ts';

const PROVENANCE: Provenance = {
  lab: '0.2.0',
  commit: 'abc',
  engine: { id: 'transformers', package: 'onnxruntime-node', version: '1.30.0' },
  device: 'cpu',
  weights: { base: '0'.repeat(64) },
  tokenizer: null,
  data: '1'.repeat(64),
};

describe('provenance', () => {
  it('has an id that depends on every field, and not on their order', () => {
    const id = provenanceId(PROVENANCE);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    const { data, ...others } = PROVENANCE;
    expect(provenanceId({ data, ...others })).toBe(id);
    const changes: Partial<Provenance>[] = [
      { lab: '0.3.0' },
      { commit: null },
      { engine: { ...PROVENANCE.engine, version: '1.31.0' } },
      { device: 'wasm' },
      { weights: { base: '0'.repeat(64), adapter: '2'.repeat(64) } },
      { tokenizer: '3'.repeat(64) },
      { data: '4'.repeat(64) },
    ];
    const ids = changes.map((change) => provenanceId({ ...PROVENANCE, ...change }));
    expect(new Set([id, ...ids]).size).toBe(changes.length + 1);
    expect(provenanceSchema.safeParse({ ...PROVENANCE, data: 'x' }).success).toBe(false);
  });

  it('knows the turns by what is said in them', () => {
    const turn = { before: [{ speaker: 'seeker' as const, text: 'I am sad' }], reference: 'Why?', reply: true };
    const named = { ...turn, dialogue: 'a file line 1', turn: 1, key: 5 };
    expect(turnsHash([named])).toBe(turnsHash([turn]));
    expect(turnsHash([{ ...turn, reference: 'Oh.' }])).not.toBe(turnsHash([turn]));
    expect(turnsHash([turn, turn])).not.toBe(turnsHash([turn]));
  });
});
