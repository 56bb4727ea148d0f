/** A bench: prints a table of what it measured, on which machine and with which versions. */
export type Bench = (args: string[]) => Promise<void>;
