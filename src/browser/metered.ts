/** What a browser may reveal about its connection, https://wicg.github.io/netinfo and Save-Data. */
interface Connection {
  saveData?: boolean;
  type?: string;
}

/**
 * Whether a person should be asked before megabytes are fetched: they asked their browser to save data, or are on a
 * cellular network. Browsers that reveal neither count as unmetered.
 */
export function isMetered(browser: object = navigator): boolean {
  const { saveData, type } = (browser as { connection?: Connection }).connection ?? {};
  return saveData === true || type === 'cellular';
}
