/** The key under which WebDriver returns an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export type ElementReference = Record<typeof ELEMENT, string>;

/** A session of the W3C's WebDriver protocol: the few commands that the journeys need. */
export class WebDriver {
  readonly #session: string;

  private constructor(session: string) {
    this.#session = session;
  }

  static async open(server: string, capabilities: object): Promise<WebDriver> {
    const { sessionId } = (await command('POST', `${server}/session`, {
      capabilities: { alwaysMatch: capabilities },
    })) as { sessionId: string };
    const driver = new WebDriver(`${server}/session/${sessionId}`);
    await driver.#post('timeouts', { script: 240_000, pageLoad: 60_000 });
    // Wide enough for all columns of the page.
    await driver.#post('window/rect', { x: 0, y: 0, width: 1280, height: 900 });
    return driver;
  }

  async open(url: string): Promise<void> {
    await this.#post('url', { url });
  }

  async reload(): Promise<void> {
    await this.#post('refresh', {});
  }

  /** The value of an expression, a promise's when it is fulfilled; elements are returned as references. */
  async evaluate(expression: string): Promise<unknown> {
    const script = `const done = arguments[arguments.length - 1];
      (async () => (${expression}))().then(
        (value) => done({ value }),
        (error) => done({ error: String(error?.stack ?? error) }),
      )`;
    const { value, error } = (await this.#post('execute/async', { script, args: [] })) as {
      value?: unknown;
      error?: string;
    };
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Switches to a frame within the current one, or back to the page. */
  async enter(frame: ElementReference | null): Promise<void> {
    await this.#post('frame', { id: frame });
  }

  async click(element: ElementReference): Promise<void> {
    await this.#post(`element/${element[ELEMENT]}/click`, {});
  }

  async press(element: ElementReference, text: string): Promise<void> {
    await this.#post(`element/${element[ELEMENT]}/value`, { text });
  }

  async close(): Promise<void> {
    await command('DELETE', this.#session);
  }

  #post(path: string, body: object): Promise<unknown> {
    return command('POST', `${this.#session}/${path}`, body);
  }
}

async function command(method: 'POST' | 'DELETE', url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const { value } = (await response.json()) as { value: { message?: string } };
  if (!response.ok)
    throw new Error(`${new URL(url).pathname.split('/').slice(3).join('/')}: ${value?.message ?? response.status}`);
  return value;
}
