import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import type { CardSection } from '../../src/core/formats/export/card.ts';
import type { OutputFolder } from '../files/output.ts';

/** What cards say where nobody named a licence. */
export const UNKNOWN_LICENCE = 'that of the original weights';

/** What every format is written from. */
export interface ExportJob {
  source: Checkpoint;
  out: OutputFolder;
  dtype: string;
  name: string;
  /** Undefined where nobody named one: that of the original weights. */
  licence: string | undefined;
  /** Where the weights come from, a sentence for the card. */
  origin: string;
  /** Further sections of the card. */
  sections: readonly CardSection[];
  /**
   * Matrices that get 8 bits where the dtype has 4: an adapter's change is smaller than a 4-bit step and would vanish.
   */
  eightBits: (tensor: string) => boolean;
  contextLength?: number;
  check: boolean;
  print: (line: string) => void;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}
