/** Whether this browser keeps anything for the page; small, because the frame around every view shows it. */
class StorageState {
  /** Nothing is kept: said once, above everything, and no error for each thing that is not. */
  missing = $state(lacksDatabases());
}

function lacksDatabases(): boolean {
  try {
    return typeof indexedDB === 'undefined';
  } catch {
    return true;
  }
}

export const storage = new StorageState();
