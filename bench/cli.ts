/** A bench: prints a table of what it measured, on which machine and with which versions. */
export type Bench = (args: string[]) => Promise<void>;

/** The benches by name. A bench is imported only when it is run. */
const BENCHES: Record<string, { summary: string; load: () => Promise<Bench> }> = {
  metrics: {
    summary: 'Text metrics of 1,590 pairs beside NLTK, sacrebleu and rouge-score in Python.',
    load: async () => (await import('./metrics.ts')).benchMetrics,
  },
};

async function main([name, ...args]: string[]): Promise<void> {
  const bench = name === undefined ? undefined : BENCHES[name];
  if (!bench) {
    console.log('npm run bench -- <name>\n');
    for (const [id, { summary }] of Object.entries(BENCHES)) console.log(`  ${id.padEnd(12)} ${summary}`);
    process.exitCode = name === undefined ? 0 : 1;
    return;
  }
  const run = await bench.load();
  await run(args);
}

await main(process.argv.slice(2));
