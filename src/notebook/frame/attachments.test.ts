import { csvFormat, csvFormatRows, tsvFormat } from 'd3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attachments } from './attachments.ts';

const attached = (text: BlobPart, name = 'a.csv') => {
  const attachments = new Attachments();
  attachments.replace([new File([text], name, { lastModified: 1 })]);
  return attachments.open(name);
};
/** Text without a byte order mark, which is not a part of a table. */
const text = fc.string().filter((each) => !each.startsWith('\uFEFF'));
const table = fc.array(fc.record({ first: text, 'second, "quoted"': text }), { minLength: 1 });

describe('an attached file', () => {
  it('is read as the table that was written', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const plain = rows.map((row) => ({ ...row }));
        expect([...(await attached(csvFormat(rows)).csv())]).toEqual(plain);
        expect([...(await attached(`\uFEFF${csvFormat(rows)}`).csv())]).toEqual(plain);
        expect([...(await attached(tsvFormat(rows)).tsv())]).toEqual(plain);
        const lists = [['a', 'b'], ...rows.map((row) => Object.values(row))];
        expect(await attached(csvFormatRows(lists)).csv({ array: true })).toEqual(lists);
      }),
    );
  });

  it('recognises numbers where it is asked to', async () => {
    const file = attached('step,loss,done\n1,2.5,true\n2,,false\n');
    expect([...(await file.csv({ typed: true }))]).toEqual([
      { step: 1, loss: 2.5, done: true },
      { step: 2, loss: null, done: false },
    ]);
    expect((await file.csv({ typed: 'auto', array: true }))[1]).toEqual([1, 2.5, true]);
    expect([...(await file.csv())][0]).toEqual({ step: '1', loss: '2.5', done: 'true' });
  });

  it('is read as JSON, text, bytes and a stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await attached(JSON.stringify(value), 'a.json').json()).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const file = attached(new Uint8Array([0x63, 0x61, 0x66, 0xe9]));
    expect(await file.text('latin1')).toBe('café');
    expect(new Uint8Array(await file.arrayBuffer())).toHaveLength(4);
    expect((await file.blob()).size).toBe(4);
    expect(await new Response(await file.stream()).arrayBuffer()).toHaveProperty('byteLength', 4);
    expect(file).toMatchObject({ name: 'a.csv', size: 4, lastModified: 1 });
    await expect(attached('{', 'a.json').json()).rejects.toMatchObject({
      code: 'bad-data',
      detail: { where: 'a.json' },
    });
  });
});

describe('the files of a notebook', () => {
  const file = (name: string, content = '', lastModified = 1) => new File([content], name, { lastModified });

  it('say which came, went or changed', () => {
    const attachments = new Attachments();
    expect(attachments.replace([file('a'), file('b')])).toEqual(new Set(['a', 'b']));
    expect(attachments.replace([file('a'), file('b', 'more'), file('c')])).toEqual(new Set(['b', 'c']));
    expect(attachments.replace([file('a', '', 2)])).toEqual(new Set(['a', 'b', 'c']));
    expect(attachments.replace([file('a', '', 2)])).toEqual(new Set());
  });

  it('say what to do about one that is missing', () => {
    const attachments = new Attachments();
    expect(() => attachments.open('runs.csv')).toThrow(/runs\.csv: No file of this name.*Drop it.*Nothing is attached/);
    attachments.replace([file('a.json')]);
    expect(() => attachments.open('runs.csv')).toThrow(/Attached: a\.json/);
  });
});
