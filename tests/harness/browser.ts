import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { findChromium, type Chromium } from './chromium.ts';

export interface LaunchOptions {
  /** With WebGPU by SwiftShader, which needs no graphics card; without, as on a machine that has no WebGPU at all. */
  webgpu: boolean;
  /** By default, the one that is found. */
  chromium?: Chromium;
}

/** Starts the Chromium that was found, without a window. */
export const launch = async (options: LaunchOptions): Promise<Browser> =>
  chromium.launch(await launchSettings(options));

/** Starts it with a profile on the disk. Other profiles keep what a page stores in the browser's memory. */
export const launchProfile = async (folder: string, options: LaunchOptions): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, await launchSettings(options));

async function launchSettings(options: LaunchOptions) {
  const { path, env } = options.chromium ?? (await findChromium());
  const gpu = options.webgpu
    ? [
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        // A busy machine is not a hung graphics card, and a test that crashes it needs it to restart.
        '--disable-gpu-watchdog',
        '--disable-gpu-process-crash-limit',
        '--disable-domain-blocking-for-3d-apis',
      ]
    : ['--disable-features=WebGPU', '--disable-webgpu', '--disable-gpu'];
  return {
    executablePath: path,
    // Tests run as root in containers, where Chromium's sandbox cannot start and /dev/shm is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...gpu],
    env: { ...definedEnvironment(), ...env },
  };
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
