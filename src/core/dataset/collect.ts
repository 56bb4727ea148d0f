import { z } from 'zod';
import { firstFault } from '../json.ts';
import type { Dialogue } from './dialogue.ts';
import { BadRecord, finish, type DialogueContent } from './formats/format.ts';
import { MAX_BAD_NAMED } from './limits.ts';

/** A record that was left out. */
export interface Malformed {
  /** File and line, or record number if the file's records are not lines. Stored under this name. */
  place: string;
  reason: string;
}

/** How a dialogue without an id is named: by its number in the dataset, or by file and line. */
export type DialogueNaming = 'number' | 'location';

/** Collects the dialogues of a dataset and the records that could not be read. */
export class Collector {
  readonly dialogues: Dialogue[] = [];
  readonly bad: Malformed[] = [];
  badCount = 0;
  readonly #naming: DialogueNaming;
  readonly #ids = new Set<string>();
  /** The number to try next for each id that has occurred more than once. */
  readonly #repeats = new Map<string, number>();
  #records = 0;

  constructor(naming: DialogueNaming = 'number') {
    this.#naming = naming;
  }

  /** The default id of the next record. Call it once per record, also for malformed ones. */
  nextId(location: string): string {
    this.#records++;
    return this.#naming === 'number' ? `dialogue ${this.#records}` : location;
  }

  /** Adds the dialogue that `read` returns, or records why it fails. `id` is used if the dialogue has none. */
  take(place: string, id: string, read: () => DialogueContent): void {
    try {
      const content = finish(read());
      this.dialogues.push({ ...content, id: this.#unique(content.id ?? id) });
    } catch (error) {
      if (error instanceof z.ZodError) this.refuse(place, firstFault(error));
      else if (error instanceof BadRecord) this.refuse(place, error.message);
      else throw error;
    }
  }

  refuse(place: string, reason: string): void {
    this.badCount++;
    if (this.bad.length < MAX_BAD_NAMED) this.bad.push({ place, reason });
  }

  #unique(id: string): string {
    let unique = id;
    if (this.#ids.has(id)) {
      // Counting from 2 at each repeat would take quadratic time.
      let n = this.#repeats.get(id) ?? 2;
      while (this.#ids.has((unique = `${id} (${n})`))) n++;
      this.#repeats.set(id, n + 1);
    }
    this.#ids.add(unique);
    return unique;
  }
}
