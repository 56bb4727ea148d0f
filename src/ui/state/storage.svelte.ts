/** Whether this browser keeps anything for the page; small, because the frame around every view shows it. */
export class StorageState {
  /** Nothing is kept: said once, above everything, instead of an error for each thing that is not kept. */
  missing = $state(false);

  constructor(missing: boolean) {
    this.missing = missing;
  }
}

/** Whether this browser has no databases at all. One that refuses to open them shows it only later. */
export function lacksDatabases(): boolean {
  try {
    return typeof indexedDB === 'undefined';
  } catch {
    return true;
  }
}
