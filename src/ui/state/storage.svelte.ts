/** Whether this browser stores anything for the page; a small module, because the shell of every view shows it. */
export class StorageState {
  /** Whether nothing is stored, which the shell says once instead of an error per attempt. */
  missing = $state(false);

  constructor(missing: boolean) {
    this.missing = missing;
  }
}

/** Whether this browser has no databases at all. If it only refuses to open them, that shows later. */
export function lacksDatabases(): boolean {
  try {
    return typeof indexedDB === 'undefined';
  } catch {
    return true;
  }
}
