import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { expressionOf } from './find.ts';
import { describeTarget, type Engine, type Frames, type Tab, type Target } from './tab.ts';
import { WebDriver, type ElementReference } from './web-driver.ts';

/**
 * WebKit on Linux, the closest to Safari that is available there: its WebDriver and its mini browser under a virtual
 * display.
 */
export const WEBKIT: Engine = {
  name: 'WebKitGTK',
  needs: 'webkit2gtk-driver and xvfb, Debian’s names for them',
  reportsWorkers: false,
  find: () => (onPath('WebKitWebDriver') && onPath('Xvfb') ? miniBrowser() : undefined),
  async start(path) {
    const started: ChildProcess[] = [];
    const end = () => started.reverse().forEach((child) => child.kill());
    try {
      const display = await startDisplay(started);
      const server = await startDriver(started, display);
      const driver = await WebDriver.open(server, {
        'webkitgtk:browserOptions': { binary: path, args: ['--automation'] },
      });
      return tabOf(driver, async () => {
        await driver.close().catch(() => undefined);
        end();
      });
    } catch (error) {
      end();
      throw error;
    }
  },
};

/** WebDriver's codes for keys that are not letters. */
const KEYS = { backspace: '\uE003', enter: '\uE007' };

function tabOf(driver: WebDriver, close: () => Promise<void>): Tab {
  /** Runs `work` in a frame and returns to the page. */
  async function within<Result>(frames: Frames, work: () => Promise<Result>): Promise<Result> {
    if (frames.length === 0) return work();
    try {
      for (const selector of frames)
        await driver.enter(
          (await driver.evaluate(`document.querySelector(${JSON.stringify(selector)})`)) as ElementReference,
        );
      return await work();
    } finally {
      await driver.enter(null);
    }
  }
  async function element(target: Target): Promise<ElementReference> {
    const found = await driver.evaluate(expressionOf(target));
    if (!found) throw new Error(`There is no ${describeTarget(target)}.`);
    return found as ElementReference;
  }
  return {
    // This protocol does not report the console.
    errors: [],
    open: (url) => driver.open(url),
    reload: () => driver.reload(),
    evaluate: (expression, frames = []) => within(frames, () => driver.evaluate(expression)),
    click: (target, frames = []) => within(frames, async () => driver.click(await element(target))),
    async type(target, text, enter = false) {
      await driver.evaluate(`${expressionOf(target)}.select()`);
      await driver.press(await element(target), (text || KEYS.backspace) + (enter ? KEYS.enter : ''));
    },
    close,
  };
}

/** The browser that comes with the library, in a folder of the machine's architecture. */
function miniBrowser(): string | undefined {
  const folders = readdirSync('/usr/lib').flatMap((triplet) =>
    ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((name) => join('/usr/lib', triplet, name, 'MiniBrowser')),
  );
  return folders.find((path) => existsSync(path));
}

const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Starts a virtual display and returns its number, which it prints once it is ready. */
async function startDisplay(started: ChildProcess[]): Promise<string> {
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(display);
  return new Promise((resolve, reject) => {
    display.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    display.once('error', reject);
    display.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}.`)));
  });
}

async function startDriver(started: ChildProcess[], display: string): Promise<string> {
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: `:${display}`,
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  };
  started.push(spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' }));
  const server = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${server}/status`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver does not answer.');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
