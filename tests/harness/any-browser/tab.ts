/** Something on a page, as a person would name it. */
export interface Target {
  role: Role;
  /** The whole accessible name, or a pattern that it matches. */
  name?: string | RegExp;
  /** Only what lies in this. */
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

/** One page of one browser, whichever engine it has: the least that the journeys need. */
export interface Tab {
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /**
   * The value of an expression in the page or in a frame of it; a promise's, once it is kept. It has to be plain data.
   */
  evaluate(expression: string, frames?: Frames): Promise<unknown>;
  /** Clicks as a mouse does; rejects where the target is not there. */
  click(target: Target, frames?: Frames): Promise<void>;
  /** Types in place of what a field holds, then presses Enter where `enter` says so. */
  type(target: Target, text: string, enter?: boolean): Promise<void>;
  /** Errors that the page or its console told of, where the way to drive this browser hears of them. */
  readonly errors: string[];
  /** Ends the browser and all that was started for it. */
  close(): Promise<void>;
}

/** A browser that the journeys are taken in. */
export interface Engine {
  /** As tests name it. */
  name: string;
  /** What has to be there, told where it is not. */
  needs: string;
  /** Whether it reports to the host what the policy blocks in a worker, too. */
  reportsWorkers: boolean;
  /** Where the browser is, undefined where it is not installed. */
  find(): string | undefined;
  start(path: string): Promise<Tab>;
}

export const describeTarget = ({ role, name, in: outer }: Target): string =>
  `${role}${name === undefined ? '' : ` "${String(name)}"`}${outer ? ` in ${describeTarget(outer)}` : ''}`;
