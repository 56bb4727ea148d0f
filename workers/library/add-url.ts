import { LabError } from '../../src/core/error.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import { loadShape } from '../../src/core/engine/load-config.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import type { GgufRecord, ModelRecord, OnnxRecord } from '../../src/core/engine/record.ts';
import { fileAddress, folderAddresses, folderName } from '../../src/browser/model-store/folder-address.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import { hashBytes } from '../../src/browser/model-store/digest.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { chooseVariant } from '../../src/engines/transformers/variants.ts';
import { ggufSizeFault } from '../../src/engines/wllama/gguf-size.ts';
import { ggufPartNames, ggufTitle } from '../../src/core/formats/gguf/parts.ts';
import { ggufParts, requireStore } from '../engine/record-files.ts';

type Options = Parameters<typeof ggufParts>[2];

/** Adds a model by URL: a GGUF file, or a folder with an ONNX model. */
export async function addUrl(address: string, base: string, options: Options): Promise<ModelRecord> {
  const url = parseAddress(address);
  return url.pathname.endsWith('.gguf') ? addGgufUrl(fileAddress(url), base, options) : addFolderUrl(url, options);
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new LabError({
    code: 'bad-config',
    where: address,
    what: 'This is not an http or https address.',
    todo: 'Give the address of a .gguf file, or of a folder with config.json and onnx/model*.onnx.',
  });
}

async function addGgufUrl(url: URL, base: string, options: Options): Promise<GgufRecord> {
  const file = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const parts = ggufPartNames(file);
  const id = await idFor(url, ggufTitle(file));
  const record: GgufRecord = {
    id,
    name: file,
    summary: `GGUF file from ${url.host}.`,
    bytes: 0,
    addedAt: Date.now(),
    added: true,
    format: 'gguf',
    url: new URL(parts[0] ?? file, url).href + url.search,
    parts,
  };
  const blobs = await ggufParts(record, base, options);
  const magic = new TextDecoder().decode(await (blobs[0] ?? new Blob()).slice(0, 4).arrayBuffer());
  if (magic !== 'GGUF') {
    await (await requireStore()).remove(id);
    throw new LabError({
      code: 'bad-file',
      where: url.href,
      what: 'The file there does not begin with "GGUF".',
      todo: 'Give the address of the file itself; on a model hub that is its download link.',
    });
  }
  for (const [i, blob] of blobs.entries()) {
    const fault = await ggufSizeFault(blobSource(parts[i] ?? file, blob));
    if (!fault) continue;
    // Restarted next time: nothing else shows that a response ended early.
    await (await requireStore()).removeFile(id, parts[i] ?? file);
    throw new LabError({
      code: 'bad-file',
      where: url.href,
      what: fault,
      todo: 'Try again; if it happens twice, the file at its source is wrong.',
    });
  }
  return { ...record, bytes: blobs.reduce((sum, blob) => sum + blob.size, 0) };
}

async function addFolderUrl(url: URL, options: Options): Promise<OnnxRecord> {
  const { id, name, folder, files } = await openFolder(url, options);
  // Files are fetched when the model is first loaded; this only checks that they exist.
  const variant = chooseVariant(files, 'wasm', false);
  await loadShape(files);
  await loadChatTokenizer(files);
  return {
    id,
    name,
    summary: `ONNX folder from ${url.host}.`,
    bytes: variant.bytes,
    addedAt: Date.now(),
    added: true,
    format: 'onnx',
    url: folder,
  };
}

/** The first possible folder of a URL that contains a model. */
async function openFolder(
  url: URL,
  options: Options,
): Promise<{ id: string; name: string; folder: string; files: ModelFiles }> {
  let fault: unknown;
  for (const folder of folderAddresses(url)) {
    const name = folderName(folder);
    const id = await idFor(folder, name);
    try {
      return {
        id,
        name,
        folder: folder.href,
        files: await remoteFiles(await requireStore(), { id, name, url: folder.href }, { ...options, relist: true }),
      };
    } catch (error) {
      // A missing file looks like a network error if a server's error pages lack CORS headers.
      if (!(
        error instanceof LabError &&
        (error.code === 'missing-file' || (error.code === 'network' && error.status === undefined))
      ))
        throw error;
      fault ??= error;
    }
  }
  throw fault;
}

/** The same URL gives the same id, so that adding it twice does not store it twice. */
async function idFor(url: URL, name: string): Promise<string> {
  const short = (await hashBytes(new TextEncoder().encode(url.href))).slice(0, 8);
  return `${name.toLowerCase().replace(/[^a-z0-9._]+/g, '-')}-${short}`;
}
