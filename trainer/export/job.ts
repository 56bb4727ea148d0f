import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import type { CardSection } from '../../src/core/formats/export/card.ts';
import type { OutputFolder } from '../files/output.ts';

/** The licence on cards if none was given. */
export const UNKNOWN_LICENCE = 'that of the original weights';

/** The input for every format. */
export interface ExportJob {
  source: Checkpoint;
  out: OutputFolder;
  dtype: string;
  name: string;
  /** Undefined if none was given: that of the original weights. */
  licence: string | undefined;
  /** Where the weights come from, a sentence for the card. */
  origin: string;
  /** Further sections of the card. */
  sections: readonly CardSection[];
  /**
   * Matrices that get 8 bits if the dtype has 4, because an adapter's change is smaller than a 4-bit step.
   */
  eightBits: (tensor: string) => boolean;
  contextLength?: number;
  check: boolean;
  print: (line: string) => void;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}
