import { LazyMap } from '../../src/core/async/memoised.ts';
import { LabError } from '../../src/core/error.ts';
import { openGguf } from '../../src/core/formats/gguf/checkpoint.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { loadShape } from '../../src/core/engine/load-config.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import { sparingly } from '../../src/core/engine/progress.ts';
import { estimateMemory } from '../../src/core/engine/memory.ts';
import type { GgufRecord, ModelRecord, OnnxRecord } from '../../src/core/engine/record.ts';
import type { FileStore } from '../../src/browser/model-store/file-store.ts';
import { adapterPaths } from '../../src/browser/model-store/adapter-parts.ts';
import { combineAdapters } from '../../src/browser/model-store/ingest-adapter.ts';
import { saveAdapter } from '../../src/browser/model-store/save-adapter.ts';
import { checkParts, convertCheckpoint, convertedId, ingestFiles } from '../../src/browser/model-store/ingest.ts';
import { fileAddress, folderAddresses, folderName } from '../../src/browser/model-store/folder-address.ts';
import { remoteFiles } from '../../src/browser/model-store/remote-files.ts';
import { noStorage } from '../../src/browser/model-store/blob-store.ts';
import type { ChatTokenizer } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { hashBlob, hashBytes } from '../../src/browser/model-store/digest.ts';
import type { ModelHashes } from '../../src/core/evaluation/provenance.ts';
import { filesHash, isWeightFile } from '../../src/core/evaluation/weights.ts';
import { TOKENIZER_FILES } from '../../src/core/formats/checkpoint/side-files.ts';
import { modelTokenizer } from '../../src/core/engine/model-tokenizer.ts';
import { loadChatTokenizer } from '../../src/core/engine/load-tokenizer.ts';
import { LOGITS_ROWS } from '../../src/engines/transformers/ort-model.ts';
import { chooseVariant } from '../../src/engines/transformers/variants.ts';
import { listWebLlm } from '../../src/engines/webllm/catalogue.ts';
import { ggufSizeFault } from '../../src/engines/wllama/gguf-size.ts';
import { readGgufFacts } from '../../src/engines/wllama/gguf-tokenizer.ts';
import type { LibraryApi } from './api.ts';
import { adapterFiles, ggufParts, openStore, recordFiles, textFiles } from '../engine/record-files.ts';

/** The handlers of the worker for model files. */
export function libraryHandlers(): Handlers<LibraryApi> {
  const tokenizers = new LazyMap<string, ChatTokenizer>();
  const tokenizer = (record: ModelRecord, base: string) => tokenizers.get(record.id, () => openTokenizer(record, base));
  return {
    async addFiles({ files, convert, known, base }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const openBase = (record: OnnxRecord) => recordFiles(record, base, options);
      return ingestFiles(await store(), files, convert, { known, openBase }, options);
    },
    addUrl: async ({ url, base }, { emit, signal }) => addUrl(url, base, { onProgress: sparingly(emit), signal }),
    async convert({ record, known, base }, { emit, signal }) {
      if (record.format !== 'gguf')
        throw new LabError({ code: 'unsupported', where: record.name, what: 'Only GGUF files are converted.' });
      const files = await store();
      const [first, second] = await ggufParts(record, base, { onProgress: sparingly(emit), signal });
      if (!first || second)
        throw new LabError({
          code: 'unsupported',
          where: record.name,
          what: 'A GGUF in several parts is not converted here.',
          todo: 'Join it with llama-gguf-split --merge first.',
        });
      const id = await convertedId(files, record.id, known);
      try {
        return await convertCheckpoint(files, id, await openGguf(blobSource(record.name, first)), 'GGUF', {
          onProgress: sparingly(emit),
          signal,
        });
      } catch (error) {
        await files.remove(id);
        throw error;
      }
    },
    async combine({ name, parts, known, base }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const files = await store();
      const adapters = parts.map(async ({ record, weight }) => ({
        record,
        weight,
        files: await adapterFiles(record, base, options),
      }));
      return combineAdapters(files, name, await Promise.all(adapters), known, options);
    },
    async saveAdapter({ record, base, format }, { emit, signal }) {
      const options = { onProgress: sparingly(emit), signal };
      const files = await adapterFiles(record, base, options);
      return saveAdapter(
        record,
        { base: await recordFiles(record.base, base, options), adapter: files },
        format,
        options,
      );
    },
    hashes: ({ record, base }) => hashesOf(record, base),
    async remove(id) {
      tokenizers.forget(id);
      await (await openStore())?.remove(id);
      return null;
    },
    async storedBytes(ids) {
      const files = await openStore();
      const pairs = ids.map(async (id) => [id, (await files?.storedBytes(id)) ?? { files: 0, made: 0 }] as const);
      return Object.fromEntries(await Promise.all(pairs));
    },
    async countTokens({ record, base, texts, form }) {
      return modelTokenizer(await tokenizer(record, base)).countTokens(texts, form);
    },
    async renderPrompt({ record, base, messages }) {
      return (await tokenizer(record, base)).renderPrompt(messages);
    },
    estimate: ({ record, base, device }) => estimate(record, base, device),
    webLlmList: () => listWebLlm(),
  };
}

async function store(): Promise<FileStore> {
  const opened = await openStore();
  if (!opened) throw noStorage();
  return opened;
}

async function openTokenizer(record: ModelRecord, base: string): Promise<ChatTokenizer> {
  if (record.format === 'onnx' || record.format === 'adapter')
    return loadChatTokenizer(await textFiles(record, base, {}));
  if (record.format === 'gguf') {
    const [first = new Blob()] = await ggufParts(record, base, { unchecked: true });
    const { tokenizer } = await readGgufFacts(blobSource(record.name, first));
    if (tokenizer) return tokenizer;
  }
  throw new LabError({
    code: 'unsupported',
    where: record.name,
    what: 'Its tokenizer is not available without the model.',
  });
}

async function hashesOf(record: ModelRecord, base: string): Promise<ModelHashes | null> {
  if (record.format !== 'onnx' && record.format !== 'adapter') return null;
  const hashed = async (files: ModelFiles, paths: readonly string[]) =>
    filesHash(
      await Promise.all(
        files.list
          .filter(({ path }) => paths.includes(path))
          .map(async ({ path, sha256 }) => ({ path, sha256: sha256 ?? (await hashBlob(await files.open(path))) })),
      ),
    );
  const weights = await recordFiles(record.format === 'adapter' ? record.base : record, base, {});
  const own = {
    base: await hashed(
      weights,
      weights.list.filter(isWeightFile).map(({ path }) => path),
    ),
  };
  const tokenizer = await hashed(weights, TOKENIZER_FILES);
  if (record.format === 'onnx') return { weights: own, tokenizer };
  const files = await adapterFiles(record, base, {});
  return { weights: { ...own, adapter: await hashed(files, adapterPaths(files)) }, tokenizer };
}

async function estimate(record: ModelRecord, base: string, device: 'webgpu' | 'wasm') {
  if (record.format !== 'onnx' && record.format !== 'adapter') return null;
  // An adapter adds little to its base.
  const files = await textFiles(record.format === 'adapter' ? record.base : record, base, {});
  const variant = chooseVariant(files, device, false);
  const shape = await loadShape(files);
  return estimateMemory(
    { ...shape, weightBytes: variant.bytes, cacheElementBytes: 4, logitsRows: LOGITS_ROWS },
    device,
  );
}

type Options = Parameters<typeof ggufParts>[2];

/** Adds a model by URL: a GGUF file, or a folder with an ONNX model. */
async function addUrl(address: string, base: string, options: Options): Promise<ModelRecord> {
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
  const total = Number(/-\d{5}-of-(\d{5})\.gguf$/.exec(file)?.[1] ?? 1);
  const parts =
    total === 1
      ? [file]
      : Array.from({ length: total }, (_, i) => file.replace(/-\d{5}-of-/, `-${String(i + 1).padStart(5, '0')}-of-`));
  checkParts(file, parts);
  const id = await idFor(url, file.replace(/(-\d{5}-of-\d{5})?\.gguf$/, ''));
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
    await (await store()).remove(id);
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
    await (await store()).removeFile(id, parts[i] ?? file);
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
        files: await remoteFiles(await store(), { id, name, url: folder.href }, { ...options, relist: true }),
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
