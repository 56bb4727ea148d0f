import { describe, expect, it } from 'vitest';
import { parsePlan } from '../evaluation/plan.ts';
import type { RunJudge, RunVerdict } from '../judge/run-verdict.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { parseRunFile, parseRunFiles, writeRunFile } from './run-file.ts';
import { aggregate } from './aggregate.ts';
import { recordsCsv } from './csv.ts';
import { shareHtml } from './share-html.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</pre><svg onload=alert(1)>',
  "' onmouseover='x",
  '</title><b>',
];

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: HOSTILE.join(' '),
  dataset: { name: HOSTILE[1] ?? '', source: 'built-in' },
  models: [{ kind: 'lab', id: 'm', name: HOSTILE[0] ?? '' }],
  representations: ['raw'],
});
const records: ResultRecord[] = HOSTILE.map((text, turn) => ({
  model: 'm',
  representation: 'raw',
  dialogue: text,
  turn,
  reference: text,
  hypothesis: text,
  promptTokens: 1,
  leftOut: 0,
  nll: { sum: 1, tokens: 1 },
  timing: null,
  scores: { rougeL: [1, 0.5, 0.25], chrf2: 7 },
}));

const judge: RunJudge = { id: 'j', name: HOSTILE[0] ?? '', rounds: 1, begunAt: 1 };
const verdict: RunVerdict = {
  judge: 'j',
  model: 'm',
  representation: 'raw',
  dialogue: HOSTILE[0] ?? '',
  turn: 0,
  round: 0,
  scores: { engagement: 1, comforting: 2, appropriateness: 3, suggestion: 4 },
  refused: false,
  unreadable: 0,
  repaired: false,
};

describe('a shared run', () => {
  it('shows hostile text as text', () => {
    const html = shareHtml(
      plan,
      aggregate(plan, records, { machine: HOSTILE[2] ?? '', expected: 5, resamples: 10 }),
      records,
    );
    const tags = new Set((html.match(/<\/?[a-z!][^\s>]*/gi) ?? []).map((tag) => tag.toLowerCase().replace('</', '<')));
    for (const tag of ['<script', '<img', '<svg']) expect(tags).not.toContain(tag);
    // The page's own markup has no attributes but these.
    expect(html.replace(/&quot;|&#39;/g, '').match(/<[^>]*\son\w+\s*=/i)).toBeNull();
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('as CSV keeps every text whole and starts no formula', () => {
    const csv = recordsCsv([{ ...(records[0] as ResultRecord), hypothesis: '=1+1', reference: 'a "b",\nc' }]);
    expect(csv.split('\r\n')[0]).toMatch(/,rougeL_p,rougeL_r,rougeL_f,chrf2$/);
    expect(csv).toContain(`'=1+1,"a ""b"",\nc",`);
    expect(csv).toContain('1,0.5,0.25,7\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['  =1', "  '=1"],
    ['＝1', "'＝1"],
    ['\t=1', `"\t'=1"`],
    ['x;=HYPERLINK("http://a")', `"x;'=HYPERLINK(""http://a"")"`],
    ['x; @SUM(1)', `"x; '@SUM(1)"`],
    ['x\t+1', `"x\t'+1"`],
    ['x\n-1+2', `"x\n'-1+2"`],
    ['x,=1|=2', `"x,'=1|'=2"`],
    ['a;b', '"a;b"'],
    ['a\tb', '"a\tb"'],
    ['Good night ;-)', '"Good night ;-)"'],
    ['a - b = c', 'a - b = c'],
  ])('as CSV writes %j as %s', (text, written) => {
    const [, line = ''] = recordsCsv([
      { ...(records[0] as ResultRecord), model: text, dialogue: 'd', hypothesis: 'h', reference: 'r' },
    ]).split('\r\n');
    expect(line.startsWith(`${written},raw,d,`)).toBe(true);
  });

  it('writes half a million line ends, blanks and signs at once, and defuses what follows', { timeout: 30_000 }, () => {
    for (const run of ['\n', '\t ', ';\r\n', '+ ', '- = ']) {
      const csv = recordsCsv([{ ...(records[0] as ResultRecord), hypothesis: `a${run.repeat(500_000)}\n =1+1` }]);
      expect(csv, JSON.stringify(run)).toContain('\n \'=1+1"');
    }
  });

  it('is read from a folder of the command line, too: its plan and its records', () => {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const folder = [
      { name: 'records.jsonl', text: lines },
      { name: 'plan.json', text: JSON.stringify(plan) },
    ];
    expect(parseRunFiles(folder)).toMatchObject({ plan, total: records.length, records });
    expect(parseRunFiles([{ name: 'run.json', text: writeRunFile(plan, 5, records) }])).toMatchObject({ total: 5 });
    for (const part of folder) expect(() => parseRunFiles([part])).toThrow(/records\.jsonl|plan\.json/);
    expect(() => parseRunFiles([{ name: 'records.jsonl', text: '{}\n' }, ...folder.slice(1)])).toThrow(/no records/);
    expect(() => parseRunFiles([{ name: 'plan.json', text: '{' }, ...folder.slice(0, 1)])).toThrow(/not JSON/);
  });

  it('is read from such a folder with what judges made of it, if that belongs to it', () => {
    const folder = [
      { name: 'records.jsonl', text: records.map((record) => `${JSON.stringify(record)}\n`).join('') },
      { name: 'plan.json', text: JSON.stringify(plan) },
    ];
    const judges = { name: 'judges.json', text: JSON.stringify([judge]) };
    const verdicts = (...lines: RunVerdict[]) => ({
      name: 'verdicts.jsonl',
      text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    });
    // In the order of their names, as a person chooses them.
    expect(parseRunFiles([judges, ...folder, verdicts(verdict)])).toMatchObject({
      records,
      judges: [judge],
      verdicts: [verdict],
    });
    expect(() => parseRunFiles([...folder, judges])).toThrow(/judges\.json: It is one half/);
    expect(() => parseRunFiles([...folder, verdicts(verdict)])).toThrow(/verdicts\.jsonl: It is one half/);
    expect(() => parseRunFiles([...folder, judges, verdicts({ ...verdict, turn: 9 })])).toThrow(
      /verdicts\.jsonl: verdicts\.0: its reply is not in the file/,
    );
  });

  it('as a file is read back unchanged, and other files are refused', () => {
    expect(parseRunFile(writeRunFile(plan, 5, records), 'run.json')).toMatchObject({ plan, total: 5, records });
    for (const bad of [
      '{',
      '[]',
      '{"__proto__": {"format": "solace-lab-run"}}',
      '{"format":"solace-lab-run","version":1}',
      'null',
    ]) {
      expect(() => parseRunFile(bad, 'run.json')).toThrow(/run\.json/);
    }
    const poisoned = writeRunFile(plan, 5, records).replace('"scores":{', '"scores":{"__proto__":{"polluted":1},');
    try {
      parseRunFile(poisoned, 'run.json');
    } catch {
      // Refusing it is just as good.
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('contains its verdicts, and none without a record', () => {
    expect(parseRunFile(writeRunFile(plan, 5, records, [judge], [verdict]), 'run.json')).toMatchObject({
      judges: [judge],
      verdicts: [verdict],
    });
    expect(writeRunFile(plan, 5, records)).not.toContain('verdicts');
    const bad: [RunJudge[], RunVerdict[]][] = [
      [[], [verdict]],
      [[judge, judge], []],
      [[judge], [verdict, verdict]],
      [[judge], [{ ...verdict, judge: 'other' }]],
      [[judge], [{ ...verdict, round: 1 }]],
      [[judge], [{ ...verdict, turn: 99 }]],
      [[judge], [{ ...verdict, scores: { engagement: 6, comforting: 2, appropriateness: 3, suggestion: 4 } }]],
    ];
    for (const [judges, verdicts] of bad) {
      const text = JSON.stringify({ ...(JSON.parse(writeRunFile(plan, 5, records)) as object), judges, verdicts });
      expect(() => parseRunFile(text, 'run.json')).toThrow(/judges|verdicts/);
    }
  });
});
