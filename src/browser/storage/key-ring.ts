import { z } from 'zod';
import type { Setting, SettingsStore } from './settings-store.ts';

const settingFor = (baseUrl: string): Setting<string> => ({ key: `api-key ${baseUrl}`, schema: z.string().min(1) });

/** API keys by the base URL of their endpoint. A key stays in memory unless the person asks to remember it. */
export class KeyRing {
  readonly #settings: SettingsStore;
  readonly #inMemory = new Map<string, string>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  async get(baseUrl: string): Promise<string | undefined> {
    return this.#inMemory.get(baseUrl) ?? (await this.#settings.get(settingFor(baseUrl)));
  }

  /** Without `remember`, a key stored earlier for the same endpoint is forgotten as well. */
  async set(baseUrl: string, key: string, { remember }: { remember: boolean }): Promise<void> {
    this.#inMemory.set(baseUrl, key);
    if (remember) await this.#settings.set(settingFor(baseUrl), key);
    else await this.#settings.remove(settingFor(baseUrl));
  }

  async forget(baseUrl: string): Promise<void> {
    this.#inMemory.delete(baseUrl);
    await this.#settings.remove(settingFor(baseUrl));
  }
}
