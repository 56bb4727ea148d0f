import { missingFile, type ModelFiles, type OpenFile } from '../../core/engine/files.ts';
import { checkRange } from '../../core/formats/source.ts';

/** The files with a graph's weights, which are read while ONNX Runtime waits for them. */
export class WeightFiles {
  readonly #name: string;
  /** By path. */
  readonly #files = new Map<string, OpenFile>();

  private constructor(name: string) {
    this.#name = name;
  }

  /** @throws {LabError} `missing-file`, and `bad-file` when a file has changed. */
  static async open(files: ModelFiles, paths: readonly string[]): Promise<WeightFiles> {
    const opened = new WeightFiles(files.name);
    try {
      for (const path of paths)
        opened.#files.set(path, (await files.openNow?.(path)) ?? openBlob(path, await files.open(path)));
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /**
   * Fills `target` with the bytes of a file from `offset` on.
   * @throws {LabError} `missing-file`, and `bad-file` when the file ends before that.
   */
  read(location: string, offset: number, target: Uint8Array<ArrayBuffer>): void {
    const path = `onnx/${location}`;
    const file = this.#files.get(path);
    if (!file) throw missingFile(this.#name, path);
    file.read(offset, target);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }
}

/** Reads ranges of a blob while Wasm waits, which workers can do. */
function openBlob(name: string, blob: Blob): OpenFile {
  const reader = new FileReaderSync();
  return {
    read(offset, target) {
      checkRange({ name, size: blob.size }, offset, target.length);
      target.set(new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + target.length))));
    },
    close: () => undefined,
  };
}
