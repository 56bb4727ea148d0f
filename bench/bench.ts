/** A benchmark: prints a table of its measurements, with the machine and the versions. */
export type Bench = (args: string[]) => Promise<void>;
