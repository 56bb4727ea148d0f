import type { Finding, Reply, Result } from './results.ts';

/** The peers that the lab's replies are compared with are all other measurements with replies. */
const LAB = 'lab';

type Of<T extends Finding['type']> = Extract<Finding, { type: T }>;

/** Tables of a run, in Markdown: loading, replies, the lab relative to the fastest peer, tokens, training, failures. */
export function summary(results: readonly Result[]): string {
  const names = [...new Set(results.map(({ measurement }) => measurement))];
  const find = <T extends Finding['type']>(name: string, type: T): Of<T>[] =>
    results
      .filter(({ measurement, finding }) => measurement === name && finding.type === type)
      .map(({ finding }) => finding as Of<T>);
  const replies = new Map(names.map((name) => [name, best(find(name, 'reply'))] as const));
  const blocks = [
    table(
      ['', 'load cold, s', 'load warm, s', 'prompt', 'first token, ms', 'tokens/s', 'best of'],
      names.flatMap((name) => {
        const loads = find(name, 'load');
        const load = (state: 'cold' | 'warm'): string => seconds(loads.find((each) => each.state === state)?.ms);
        return [...(replies.get(name) ?? [])].map(([prompt, reply]) => [
          name,
          load('cold'),
          load('warm'),
          String(reply.promptTokens ?? prompt),
          reply.firstTokenMs.toFixed(0),
          reply.tokensPerSecond?.toFixed(1) ?? '?',
          `${reply.rounds} x ${reply.newTokens} tokens`,
        ]);
      }),
    ),
    ratios(replies),
    table(
      [
        'per token',
        'dispatches',
        'passes',
        'submits',
        'reads',
        'bytes read',
        'bytes written',
        'ms in the runtime',
        'ms in JavaScript',
        'ms waiting',
      ],
      names.flatMap((name) =>
        find(name, 'token').map(({ counts, runtimeMs, scriptMs, waitMs }) => [
          name,
          ...[
            counts.dispatches,
            counts.passes,
            counts.submits,
            counts.reads,
            counts.bytesRead,
            counts.bytesWritten,
          ].map((value) => Number(value.toFixed(2)).toString()),
          ...[runtimeMs, scriptMs, waitMs].map((ms) => ms.toFixed(2)),
        ]),
      ),
    ),
    table(
      ['training', 'updates', 'first update, s', 'tokens/s', 'loss'],
      names.flatMap((name) =>
        find(name, 'trained').map(({ updates, firstUpdateMs, tokensPerSecond, firstLoss, lastLoss }) => [
          name,
          String(updates),
          seconds(firstUpdateMs),
          tokensPerSecond.toFixed(1),
          `${firstLoss.toFixed(3)} to ${lastLoss.toFixed(3)}`,
        ]),
      ),
    ),
    names.flatMap((name) => find(name, 'error').map(({ reason }) => `${name} failed: ${reason}`)).join('\n'),
  ];
  return blocks.filter(Boolean).join('\n\n');
}

interface Best extends Reply {
  rounds: number;
}

/** By prompt: the shortest time to the first token and the most tokens per second. */
function best(replies: readonly Reply[]): Map<number, Best> {
  const found = new Map<number, Best>();
  for (const reply of replies) {
    const before = found.get(reply.prompt);
    const speeds = [before?.tokensPerSecond, reply.tokensPerSecond].filter((speed) => typeof speed === 'number');
    found.set(reply.prompt, {
      ...reply,
      rounds: (before?.rounds ?? 0) + 1,
      firstTokenMs: Math.min(before?.firstTokenMs ?? Infinity, reply.firstTokenMs),
      tokensPerSecond: speeds.length > 0 ? Math.max(...speeds) : null,
    });
  }
  return found;
}

/** The lab relative to the fastest peer, for each prompt that both answered: above 1 the lab is faster. */
function ratios(replies: ReadonlyMap<string, ReadonlyMap<number, Best>>): string {
  const peers = [...replies].filter(([name, found]) => name !== LAB && found.size > 0);
  const rows = [...(replies.get(LAB) ?? [])].flatMap(([prompt, lab]) => {
    const others = peers.flatMap(([name, found]) => {
      const reply = found.get(prompt);
      return reply ? [{ name, firstTokenMs: reply.firstTokenMs, tokensPerSecond: reply.tokensPerSecond ?? 0 }] : [];
    });
    const [first] = [...others].sort((a, b) => a.firstTokenMs - b.firstTokenMs);
    const [decode] = [...others].sort((a, b) => b.tokensPerSecond - a.tokensPerSecond);
    if (!first || !decode) return [];
    const ratio = (own: number | null, other: number): string =>
      own === null || !(other > 0) ? '?' : (own / other).toFixed(2);
    return [
      [
        String(prompt),
        `${ratio(lab.tokensPerSecond, decode.tokensPerSecond)} (${decode.name})`,
        `${ratio(first.firstTokenMs, lab.firstTokenMs)} (${first.name})`,
      ],
    ];
  });
  return table(['prompt', 'lab / fastest peer, tokens/s', 'fastest peer / lab, first token'], rows);
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : (ms / 1000).toFixed(2));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
