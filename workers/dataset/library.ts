import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Dialogue, Utterance } from '../../src/core/dataset/dialogue.ts';
import { currentName, dialogueNamed, labelsOf, type DialogueLabels } from '../../src/core/explorer/labels.ts';
import { findDialogues, type DialogueQuery } from '../../src/core/dataset/query.ts';
import { readDataset, type ReadDataset } from '../../src/core/dataset/read.ts';
import { statisticsOf, type DatasetStatistics } from '../../src/core/dataset/statistics.ts';
import type { TextFile } from '../../src/core/dataset/text-stream.ts';
import { LabError } from '../../src/core/error.ts';
import type { DatasetHead, DatasetStore } from '../../src/browser/storage/dataset-store.ts';
import { LazyMap } from '../../src/core/async/memoised.ts';
import { BUILT_IN, builtIn, type BuiltIn, type DatasetPart } from '../../src/core/dataset/built-in.ts';
import { partOf } from '../../src/core/training/split.ts';

/** A dataset in a list. */
export interface DatasetSummary extends DatasetHead {
  builtIn: boolean;
  /** Which part of a built-in dataset it is; absent for a whole one. */
  part?: DatasetPart | undefined;
  /** False if it could not be stored and lasts until the page is closed. */
  kept: boolean;
}

/** One dialogue in a list. */
export interface DialogueRow {
  id: string;
  scene?: string | undefined;
  emotion?: string | undefined;
  /** The beginning of the first utterance. */
  opening: string;
  utterances: number;
}

export interface DialoguePage {
  /** Number of dialogues that match the query. */
  total: number;
  rows: DialogueRow[];
}

export interface ImportOptions {
  name: string;
  signal?: AbortSignal;
  onProgress?: (bytes: number) => void;
}

interface OpenDataset {
  head: DatasetHead;
  dialogues: Dialogue[];
}

interface ReadFile {
  read: ReadDataset;
  bytes: number;
}

const LONGEST_OPENING = 160;

/** All datasets: the built-in ones and imported ones. Runs in a worker, and in Node without a store. */
export class DatasetLibrary {
  readonly #store: DatasetStore | undefined;
  readonly #readBuiltIn: (file: string) => Promise<TextFile>;
  /** The files of built-in datasets, each read once. */
  readonly #files = new LazyMap<string, ReadFile>();
  /** Those that could not be stored. */
  readonly #held = new Map<string, OpenDataset>();
  #last: OpenDataset | undefined;

  constructor({ store, readBuiltIn }: { store?: DatasetStore; readBuiltIn: (file: string) => Promise<TextFile> }) {
    this.#store = store;
    this.#readBuiltIn = readBuiltIn;
  }

  /**
   * The built-in ones first, then latest first. Where the built-in ones cannot be fetched, as offline before their
   * first use, the others are listed without them.
   */
  async list(): Promise<DatasetSummary[]> {
    const stored = (await this.#store?.heads()) ?? [];
    const held = [...this.#held.values()].map(({ head }) => head);
    const offered = BUILT_IN.filter(({ former }) => !former);
    const own = await Promise.all(offered.map((each) => this.#openBuiltIn(each))).catch((error: unknown) => {
      if (held.length + stored.length > 0) return [];
      throw error;
    });
    return [...own.map(({ head }) => head), ...held, ...stored].map((head) => this.#summary(head));
  }

  /**
   * Reads the files of one dataset and stores it. The same dialogues, whatever the file's name and format, replace the
   * stored ones, because a dataset's id is the beginning of the SHA-256 of its content.
   * @throws {LabError} as `readDataset` does; `bad-data` when every record is malformed.
   */
  async add(files: readonly TextFile[], { name, signal, onProgress }: ImportOptions): Promise<DatasetSummary> {
    const read = await readDataset(files, { signal, onProgress });
    if (read.dialogues.length === 0) throw nothingSound(name, read);
    const opened = describe(read, {
      id: identify(read.dialogues),
      name,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      addedAt: Date.now(),
    });
    const { head, dialogues } = opened;
    this.#last = opened;
    this.#held.delete(head.id);
    // Without a store or space, it stays in memory; its summary says so.
    const kept = await this.#store?.add(head, dialogues).then(
      () => true,
      () => false,
    );
    if (!kept) this.#held.set(head.id, opened);
    return this.#summary(head);
  }

  async remove(id: string): Promise<void> {
    this.#held.delete(id);
    if (this.#last?.head.id === id) this.#last = undefined;
    await this.#store?.remove(id);
  }

  /** @throws {LabError} `not-found` when there is no dataset with this id. */
  async open(id: string): Promise<OpenDataset> {
    const own = builtIn(id);
    if (own) return this.#openBuiltIn(own);
    const held = this.#held.get(id) ?? (this.#last?.head.id === id ? this.#last : undefined);
    if (held) return held;
    const head = await this.#store?.head(id);
    if (!head)
      throw new LabError({
        code: 'not-found',
        where: id,
        what: 'There is no such dataset.',
        todo: 'Import it again.',
      });
    this.#last = { head, dialogues: (await this.#store?.dialogues(id)) ?? [] };
    return this.#last;
  }

  async summary(id: string): Promise<DatasetSummary> {
    return this.#summary((await this.open(id)).head);
  }

  async browse(id: string, query: DialogueQuery, offset: number, limit: number): Promise<DialoguePage> {
    const found = await this.find(id, query);
    return { total: found.length, rows: found.slice(offset, offset + limit).map(rowOf) };
  }

  /** A dialogue by its id, or by the name that a run has for it. */
  async dialogue(id: string, dialogue: string): Promise<Dialogue | undefined> {
    return dialogueNamed((await this.open(id)).dialogues, dialogue);
  }

  async labels(id: string, names: readonly string[]): Promise<DialogueLabels[]> {
    const { dialogues } = await this.open(id);
    const byId = new Map(dialogues.map((dialogue) => [dialogue.id, dialogue]));
    return names.flatMap((name) => {
      const dialogue = byId.get(name) ?? byId.get(currentName(name));
      return dialogue ? [labelsOf(dialogue, name)] : [];
    });
  }

  async statistics(id: string, query: DialogueQuery): Promise<DatasetStatistics> {
    return statisticsOf(await this.find(id, query));
  }

  async find(id: string, query: DialogueQuery): Promise<Dialogue[]> {
    return findDialogues((await this.open(id)).dialogues, query);
  }

  async #openBuiltIn({ id, name, file, part }: BuiltIn): Promise<OpenDataset> {
    const { read, bytes } = await this.#files.get(file, async () => {
      const text = await this.#readBuiltIn(file);
      return { read: await readDataset([text]), bytes: text.size };
    });
    return part
      ? describe({ ...read, dialogues: partOf(read.dialogues, part) }, { id, name, bytes: 0, addedAt: 0 })
      : describe(read, { id, name, bytes, addedAt: 0 });
  }

  #summary(head: DatasetHead): DatasetSummary {
    const own = builtIn(head.id);
    return { ...head, builtIn: own !== undefined, part: own?.part, kept: !this.#held.has(head.id) };
  }
}

type Origin = Pick<DatasetHead, 'id' | 'name' | 'bytes' | 'addedAt'>;

function describe({ format, dialogues, bad, badCount }: ReadDataset, origin: Origin): OpenDataset {
  const utterances = dialogues.reduce((sum, each) => sum + each.utterances.length, 0);
  return { dialogues, head: { ...origin, format, dialogues: dialogues.length, utterances, bad, badCount } };
}

/** Ids are left out: they may describe a dialogue's position rather than its content. */
function identify(dialogues: readonly Dialogue[]): string {
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (const { scene, emotion, situation, survey, utterances } of dialogues) {
    const content = {
      scene,
      emotion,
      situation,
      survey: survey && ordered(survey),
      utterances: utterances.map(canonical),
    };
    hash.update(encoder.encode(`${JSON.stringify(content)}\n`));
  }
  return bytesToHex(hash.digest()).slice(0, 16);
}

/** Fields in a fixed order, whichever loader read them. */
const canonical = ({ speaker, text, strategy, emotion, act }: Utterance): Utterance => ({
  speaker,
  text,
  strategy,
  emotion,
  act,
});

/** Questions in a fixed order, whichever program wrote the file. */
function ordered({ seeker, supporter }: NonNullable<Dialogue['survey']>): Dialogue['survey'] {
  const sorted = (answers: Record<string, number>) =>
    Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { seeker: sorted(seeker), supporter: sorted(supporter) };
}

function rowOf({ id, scene, emotion, utterances }: Dialogue): DialogueRow {
  return {
    id,
    scene,
    emotion,
    opening: (utterances[0]?.text ?? '').slice(0, LONGEST_OPENING),
    utterances: utterances.length,
  };
}

function nothingSound(where: string, { bad: [first], badCount }: ReadDataset): LabError {
  return new LabError({
    code: 'bad-data',
    where,
    what: `None of its ${badCount} records could be read. ${first ? `${first.place}: ${first.reason}` : ''}`,
    todo: 'Check that the file is complete and contains dialogues.',
  });
}
