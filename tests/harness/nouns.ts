/** A task that the lab does in one way, in one place. */
export interface Noun {
  noun: string;
  /** What identifies the task: an import of the underlying library, or the shape of the code. */
  primitive: RegExp;
  /** Files and folders (with a final slash) that may do it. */
  only: readonly string[];
  /** Where the rule applies; everywhere by default. */
  within?: string;
  /** A line that the rule must catch, so that the pattern stays valid. */
  example: string;
}

/** Statistics and random numbers. */
export const NUMBER_NOUNS: readonly Noun[] = [
  {
    noun: 'statistics (d3-array)',
    primitive: /(?:from|import\() ?'d3(?:-array)?'/,
    // Notebooks are given all of d3, and what it makes of an attached file.
    only: ['src/core/statistics/', 'src/notebook/frame/'],
    example: `import * as d3 from 'd3';`,
  },
  {
    noun: 'statistics (definitions)',
    primitive: new RegExp(
      [
        String.raw`\/ \(\w+(?:\.length)? - 1\)`,
        String.raw`(?:function|const) (?:mean|median|variance|quantile|ranks|pearson|spearman)\b`,
      ].join('|') + String.raw`(?:[^=]*=)? ?(?:<\w+>)?\(`,
    ),
    only: ['src/core/statistics/'],
    example: 'const mean = (values: readonly number[]) => 0;',
  },
  {
    noun: 'statistics (resampling)',
    primitive: /bootstrapIndices\(/,
    only: ['src/core/statistics/', 'src/core/random/'],
    example: 'const indices = bootstrapIndices(10, random);',
  },
  {
    noun: 'random streams (generators)',
    primitive: /0x9e3779b9|0x6c078965|\b1812433253\b|0x6d2b79f5/i,
    only: ['src/core/random/'],
    example: 'state = (state + 0x9E3779B9) >>> 0;',
  },
  {
    noun: 'random streams (shuffles)',
    primitive: /\.sort\(\(\) =>|Math\.floor\(random\(\) \* \(i \+ 1\)\)/,
    only: ['src/core/random/'],
    example: 'items.sort(() => random() - 0.5);',
  },
  {
    noun: 'random streams (the type)',
    primitive: /(?:type|interface) Random\b(?! \})/,
    only: ['src/core/random/random.ts'],
    example: 'export type Random = () => number;',
  },
  {
    noun: 'no unseeded numbers in core',
    primitive: /Math\.random/,
    only: [],
    within: 'src/core/',
    example: 'const id = Math.random();',
  },
];
