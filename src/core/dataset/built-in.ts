/** A dataset that comes with the lab. Stored plans contain its id. */
export interface BuiltIn {
  id: string;
  name: string;
  /** Its file in `dialogues/`. */
  file: string;
  /** The part of the file that it consists of; the whole if absent. */
  part?: DatasetPart;
  /** Runs that exist name it; new work is not offered it. */
  former?: boolean;
}

export type DatasetPart = 'train' | 'test';

export const CORPUS_ID = 'solace';
/** What the lab's own models were not trained on. */
export const TEST_PART_ID = 'solace-test';
/** The dialogues that came with the lab before the corpus. */
export const SOLACE_72_ID = 'solace-72';

export const BUILT_IN: readonly BuiltIn[] = [
  { id: CORPUS_ID, name: 'Solace corpus', file: 'solace.json' },
  { id: TEST_PART_ID, name: 'Solace corpus, test part', file: 'solace.json', part: 'test' },
  { id: 'solace-train', name: 'Solace corpus, training part', file: 'solace.json', part: 'train' },
  { id: SOLACE_72_ID, name: 'Solace 72', file: 'solace-72.json', former: true },
];

/** The id of the corpus, or of one of its parts. */
export const corpusId = (part?: DatasetPart): string => (part === undefined ? CORPUS_ID : `${CORPUS_ID}-${part}`);

/** The built-in dataset with this id. Plans of the command line called the 72 dialogues `built-in`. */
export function builtIn(id: string): BuiltIn | undefined {
  const wanted = id === 'built-in' ? SOLACE_72_ID : id;
  return BUILT_IN.find((each) => each.id === wanted);
}
