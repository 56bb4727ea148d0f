import type { EngineFeatures, LoadedModel, LoadProgress } from '../../engine/engine.ts';
import { LabError } from '../../error.ts';
import type { EndpointSpec, MlcPair, PrebuiltMlc } from '../models/specs.ts';
import type { PickedFile } from '../parts/dropped.ts';

/** A model as the lists show it. */
export interface ListedModel {
  id: string;
  name: string;
  /** One sentence on what it is and where it comes from. */
  origin: string;
  /** 0 or null where there is nothing to fetch. */
  bytes: number | null;
  memoryBytes: number | null;
  contextWindow: number | null;
  licence: string | null;
  cardUrl: string | null;
  removable: boolean;
}

class Models {
  list = $state.raw<ListedModel[]>([]);
  listError = $state.raw<LabError | null>(null);
  chosen = $state.raw<ListedModel | null>(null);
  phase = $state<'none' | 'loading' | 'ready' | 'failed'>('none');
  progress = $state.raw<LoadProgress | null>(null);
  error = $state.raw<LabError | null>(null);
  addError = $state.raw<LabError | null>(null);
  adding = $state.raw<{ name: string; progress: LoadProgress | null; cancel: () => void } | null>(null);
  device = $state<'auto' | 'webgpu' | 'wasm'>('auto');
  loaded = $state.raw<LoadedModel | null>(null);

  get share(): number | null {
    return this.progress?.totalBytes ? this.progress.loadedBytes / this.progress.totalBytes : null;
  }
  get where(): string {
    return this.loaded?.info.device ?? '';
  }
  get note(): string | null {
    return this.loaded?.info.note ?? null;
  }
  get features(): EngineFeatures | null {
    return this.loaded?.info.features ?? null;
  }
  async refresh(): Promise<void> {}
  async load(_id?: string): Promise<void> {}
  cancel(): void {}
  async unload(): Promise<void> {}
  async remove(_id: string): Promise<void> {}
  async ensure(_signal: AbortSignal): Promise<LoadedModel> {
    throw LabError.cancelled();
  }
  setDevice(device: 'auto' | 'webgpu' | 'wasm'): void {
    this.device = device;
  }
  async prebuilt(): Promise<readonly PrebuiltMlc[]> {
    return [];
  }
  async addFiles(_files: PickedFile[]): Promise<void> {}
  async addAddress(_url: string): Promise<void> {}
  async addPrebuilt(_model: PrebuiltMlc): Promise<void> {}
  async addPair(_pair: MlcPair): Promise<void> {}
  async addEndpoint(_spec: EndpointSpec): Promise<void> {}
}

export const models = new Models();
