import { LabError } from '../../error.ts';
import type { SideFiles } from '../../formats/checkpoint/checkpoint.ts';
import { CHAT_TEMPLATE_FILE, chatTemplate, TOKENIZER_CONFIG } from '../../formats/checkpoint/template.ts';
import { isGguf } from '../../formats/gguf/read.ts';
import type { ByteSource } from '../../formats/source.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../peft-config.ts';
import type { Adapter } from './adapter.ts';
import { openGgufAdapter } from './gguf-adapter.ts';
import { openAdapter } from './peft-adapter.ts';

/** Text files of an adapter are a few kilobytes; with a tokenizer's settings, a few megabytes. */
const MAX_TEXT = 1 << 25;

/** Files of an adapter's folder that are read; others are ignored. */
const READ = new Set([ADAPTER_CONFIG, ADAPTER_FILE, CHAT_TEMPLATE_FILE, TOKENIZER_CONFIG]);

/** Whether a file of an adapter's folder is read, by its name. */
export const isAdapterFile = (name: string): boolean => READ.has(name) || /\.gguf$/i.test(name);

export interface OpenedAdapterFiles {
  adapter: Adapter;
  /** The chat template that it was trained with, if the files have one. */
  template: string | undefined;
}

/**
 * Opens an adapter from its files, whichever format they have: a GGUF file, told by its first bytes or its name, or
 * PEFT's two.
 * Other files are ignored.
 * @param name name for messages.
 * @throws {LabError} `missing-file` without an adapter, `bad-config` for several, and what the openers of the two
 * formats throw.
 */
export async function openAdapterFiles(name: string, sources: readonly ByteSource[]): Promise<OpenedAdapterFiles> {
  const named = new Map(sources.map((source) => [source.name, source]));
  const [settings, weights] = [named.get(ADAPTER_CONFIG), named.get(ADAPTER_FILE)];
  const ggufs: ByteSource[] = [];
  for (const source of sources) if (/\.gguf$/i.test(source.name) || (await isGguf(source))) ggufs.push(source);
  const [gguf, ...more] = ggufs;
  if (gguf && (more.length > 0 || settings)) {
    const names = [...ggufs, ...(settings ? [settings] : [])].map((source) => source.name).join(', ');
    throw new LabError({
      code: 'bad-config',
      where: name,
      what: `There are several adapters: ${names}.`,
      todo: 'Choose one of the files.',
    });
  }
  const files: SideFiles = new Map();
  for (const file of [CHAT_TEMPLATE_FILE, TOKENIZER_CONFIG]) {
    const source = named.get(file);
    if (source) files.set(file, await readText(source, name));
  }
  if (gguf) {
    const adapter = await openGgufAdapter(name, gguf);
    return { adapter, template: adapter.template ?? chatTemplate(files) };
  }
  if (!settings || !weights) {
    throw new LabError({
      code: 'missing-file',
      where: name,
      what: `${settings ? ADAPTER_FILE : ADAPTER_CONFIG} is missing, and there is no GGUF file.`,
      todo: "Use PEFT's two files (e.g. best/ of a run), or a LoRA adapter as a GGUF file.",
    });
  }
  return { adapter: await openAdapter(name, await readText(settings, name), weights), template: chatTemplate(files) };
}

async function readText(source: ByteSource, name: string): Promise<string> {
  if (source.size > MAX_TEXT) {
    throw new LabError({
      code: 'bad-file',
      where: `${name}/${source.name}`,
      what: `It has ${source.size} bytes, where a text file was expected.`,
      todo: 'Use the file that belongs to the adapter.',
    });
  }
  return new TextDecoder().decode(await source.read(0, source.size));
}

/**
 * The chat template that all adapters were trained with; undefined if none names one.
 * @param todo what to do where they differ.
 * @throws {LabError} `bad-config` when they were trained with different ones.
 */
export function commonTemplate(adapters: readonly OpenedAdapterFiles[], todo: string): string | undefined {
  const templates = new Set(adapters.flatMap(({ template }) => template ?? []));
  if (templates.size <= 1) return [...templates][0];
  const names = adapters.flatMap(({ adapter, template }) => (template === undefined ? [] : adapter.name)).join(', ');
  throw new LabError({
    code: 'bad-config',
    what: `The adapters ${names} were trained with different chat templates.`,
    todo,
  });
}
