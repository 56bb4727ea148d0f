/** Files of a model folder whose URL may be given instead of the folder's. */
const FILE =
  /\/(onnx\/[^/]+\.onnx(_data(_\d+)?)?|(config|generation_config|tokenizer|tokenizer_config|manifest)\.json)$/;

/**
 * Possible folder URLs of a model for the URL that a person gave, likeliest first; each ends in a slash. On model hubs
 * `/tree/` and `/blob/` are pages about files in `/resolve/`, and a model's own page is about its branch `main`.
 */
export function folderAddresses(given: URL): URL[] {
  const path = filePath(given.pathname).replace(FILE, '').replace(/\/+$/, '');
  const at = (folder: string): URL => new URL(`${given.origin}${folder}/`);
  const isModelPage = /^\/[^/]+\/[^/]+$/.test(path);
  return isModelPage ? [at(path), at(`${path}/resolve/main`)] : [at(path)];
}

/** The URL of a file itself, if that of a hub's page about it was given. */
export function fileAddress(given: URL): URL {
  return new URL(`${given.origin}${filePath(given.pathname)}${given.search}`);
}

/** A name for the folder: the path segment before a hub's branch, else the last one. */
export function folderName(folder: URL): string {
  const path = folder.pathname.replace(/\/resolve\/.*$/, '');
  const last = path.split('/').filter(Boolean).pop();
  return last === undefined ? folder.host : decoded(last);
}

function filePath(path: string): string {
  return path.replace(/^(\/[^/]+\/[^/]+)\/(tree|blob|raw)\/(.+)$/, '$1/resolve/$3');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
