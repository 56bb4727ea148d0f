import type { Method } from '../rpc/protocol.ts';

/**
 * What the page and the sandbox of a notebook say to each other over one port. Whatever comes from the sandbox may come
 * from code that somebody else wrote: the page checks every call and lets nothing through that is not named here.
 */

/** What the sandbox may ask of the page. */
export type HostApi = {
  /** A function of the lab by its name; events are its progress. */
  lab: Method<{ name: string; args: unknown[] }, unknown, unknown>;
  /** The notebook was edited. */
  changed: Method<{ title: string; html: string }, void>;
  /** The height of the content, in CSS pixels. */
  height: Method<number, void>;
  /**
   * Cells are about to run, or all have finished. Whoever says the first waits for the answer: cells may never give the
   * page a turn.
   */
  busy: Method<boolean, void>;
  /** A cell was deleted; its name is for people. The page may answer with `undelete`. */
  deleted: Method<string, void>;
  /** A link to a view of the lab was followed: `#/models`. */
  follow: Method<string, void>;
};

export type ThemeName = 'light' | 'dark';

/** A face of the page's type; the sandbox can't fetch its own. */
export interface Face {
  family: string;
  style: string;
  weight: string;
  bytes: ArrayBuffer;
}

/** What the page may ask of the sandbox. */
export type FrameApi = {
  /**
   * Shows a notebook in Observable's notebook 2.0 HTML. Unless `run`, its code is shown and waits. `functions` are the
   * names that its `lab` has.
   */
  open: Method<{ html: string; run: boolean; functions: string[]; theme: ThemeName; faces: Face[] }, void>;
  theme: Method<ThemeName, void>;
  /** Runs all cells from the top. */
  run: Method<null, void>;
  /** Brings back the cell that was deleted last. */
  undelete: Method<null, void>;
  /** Answers as soon as the sandbox has a turn. */
  alive: Method<null, void>;
};

/** Said by the outer frame to the page once it listens, and by it to the sandbox with the port. */
export const FRAME_READY = 'solace:frame-ready';
export const PORT_MESSAGE = 'solace:notebook';

/** A notebook longer than this is not stored, in characters. */
export const LONGEST_NOTEBOOK = 2_000_000;
