import type { Method } from '../rpc/protocol.ts';

/**
 * The protocol between the page and the sandbox of a notebook, over one port. Messages from the sandbox may come from
 * code that somebody else wrote: the page checks every call and allows only what is named here.
 */

/** What the sandbox may ask of the page. */
export type HostApi = {
  /** Calls a function of the lab by name; events are its progress. */
  lab: Method<{ name: string; args: unknown[] }, unknown, unknown>;
  /** The notebook was edited. */
  changed: Method<{ title: string; html: string }, void>;
  /** Which sources of cells the reader chose to see or not; that does not edit the notebook. */
  folded: Method<Shown, void>;
  /** Files were dropped on the notebook, to be attached to it. */
  attach: Method<File[], void>;
  /** The height of the content, in CSS pixels. */
  height: Method<number, void>;
  /**
   * Cells are about to run, or all have finished. Before cells run, the sandbox waits for the answer, because cells may
   * never give the page a turn.
   */
  busy: Method<boolean, void>;
  /** A cell was deleted; its name is for display. The page may call `undelete` in response. */
  deleted: Method<string, void>;
  /** After a run, the names of the given inputs that the notebook lacks or whose value it does not offer. */
  unmatched: Method<string[], void>;
  /** A link to a view of the lab was followed: `#/models`. */
  follow: Method<string, void>;
};

/** Cells by id whose source a reader chose to see (true) or not. */
export type Shown = [cell: number, shown: boolean][];

/** A cell as a page shows it that does not run it. */
export interface RenderedCell {
  /** Its language, as the notebook kit names it. */
  mode: string;
  source: string;
  /** Whether its source is visible. */
  shown: boolean;
  failed: boolean;
  /** Its output. */
  html: string;
}

export type ThemeName = 'light' | 'dark';

/** A font face of the page; the sandbox cannot fetch its own. */
export interface Face {
  family: string;
  style: string;
  weight: string;
  bytes: ArrayBuffer;
}

/** What the page may ask of the sandbox. */
export type FrameApi = {
  /**
   * Shows a notebook in Observable's notebook 2.0 HTML. Unless `run` is set, its code is
   * shown but not run. `functions` are the names in its `lab`; `inputs` are values for inputs by their labels; `shown`
   * is what `folded` was last told; `files` are those attached.
   */
  open: Method<
    {
      html: string;
      run: boolean;
      functions: string[];
      theme: ThemeName;
      faces: Face[];
      inputs: Record<string, string>;
      shown: Shown;
      files: File[];
    },
    void
  >;
  /** What the labelled inputs show. */
  inputs: Method<null, Record<string, string>>;
  theme: Method<ThemeName, void>;
  /** Runs all cells from the top. */
  run: Method<null, void>;
  /** The attached files are these now. */
  files: Method<File[], void>;
  /** Restores the cell that was deleted last. */
  undelete: Method<null, void>;
  /** All cells as they look now. */
  render: Method<null, RenderedCell[]>;
  /** Answers as soon as the sandbox has a turn. */
  alive: Method<null, void>;
};

/** Sent by the outer frame to the page once it listens, and by it to the sandbox with the port. */
export const FRAME_READY = 'solace:frame-ready';
export const PORT_MESSAGE = 'solace:notebook';

/** Maximum length of a stored notebook in characters. */
export const LONGEST_NOTEBOOK = 2_000_000;
