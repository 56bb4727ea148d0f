import { z } from 'zod';
import type { Dialogue } from './dialogue.ts';
import { BadRecord, describeIssue, finish, type DialogueContent } from './formats/format.ts';
import { MAX_BAD_NAMED } from './limits.ts';

/** A record that was left out. */
export interface Malformed {
  /** File and line, or record number where a file's records are not lines. */
  place: string;
  reason: string;
}

/** Gathers the dialogues of a dataset and what could not be read. */
export class Collector {
  readonly dialogues: Dialogue[] = [];
  readonly bad: Malformed[] = [];
  badCount = 0;
  readonly #ids = new Set<string>();

  /** Adds what `read` gives, or notes why it gives nothing. `name` becomes the id where the dialogue brings none. */
  take(place: string, read: () => DialogueContent, name = place): void {
    try {
      const content = finish(read());
      this.dialogues.push({ ...content, id: this.#unique(content.id ?? name) });
    } catch (error) {
      if (error instanceof z.ZodError) this.refuse(place, describeIssue(error));
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
    for (let n = 2; this.#ids.has(unique); n++) unique = `${id} (${n})`;
    this.#ids.add(unique);
    return unique;
  }
}
