/** Something on a page, as a person would name it. */
export interface Target {
  role: Role;
  /** The whole accessible name, or a pattern that it matches. */
  name?: string | RegExp;
  /** Only within this target. */
  in?: Target;
  /** Which of several; the last where negative, the first by default. */
  nth?: number;
}

export type Role =
  | 'article'
  | 'banner'
  | 'button'
  | 'checkbox'
  | 'dialog'
  | 'group'
  | 'heading'
  | 'link'
  | 'main'
  | 'navigation'
  | 'radio'
  | 'region'
  | 'row'
  | 'spinbutton'
  | 'tab'
  | 'tabpanel'
  | 'textbox'
  | 'alert';

/** Frames to go through, outermost first, as CSS selectors. */
export type Frames = readonly string[];

/** One page of a browser with any engine: the minimum that the journeys need. */
export interface Tab {
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /**
   * The value of an expression in the page or in a frame of it; a promise's, once it is fulfilled. It must be plain
   * data.
   */
  evaluate(expression: string, frames?: Frames): Promise<unknown>;
  /** Clicks as a mouse does; rejects if the target does not exist. */
  click(target: Target, frames?: Frames): Promise<void>;
  /** Replaces the text of a field by typing, then presses Enter if `enter` is set. */
  type(target: Target, text: string, enter?: boolean): Promise<void>;
  /** Errors of the page or its console, if this browser's driver reports them. */
  readonly errors: string[];
  /** Ends the browser and everything that was started for it. */
  close(): Promise<void>;
}

/** A browser in which the journeys run. */
export interface Engine {
  /** Its name in tests. */
  name: string;
  /** What must be installed, for the message if it is not. */
  needs: string;
  /** Whether it reports to the host what the policy blocks in a worker, too. */
  reportsWorkers: boolean;
  /** Path of the browser, undefined if it is not installed. */
  find(): string | undefined;
  start(path: string): Promise<Tab>;
}

export const describeTarget = ({ role, name, in: outer }: Target): string =>
  `${role}${name === undefined ? '' : ` "${String(name)}"`}${outer ? ` in ${describeTarget(outer)}` : ''}`;
