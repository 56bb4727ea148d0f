import { LabError } from '../core/error.ts';

/** A server on this machine, where http is as safe as https. */
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** Servers that a person allowed to receive the key: `HOST`, `HOST:PORT`, or an origin with `http://`. */
export type TrustedHosts = readonly string[];

/**
 * Whether the key may be sent to an address from a file, such as a plan: only if the person named its host. A
 * host without a scheme means https, except on this machine.
 * @throws {LabError} `bad-config` for an invalid host name.
 */
export function maySendKey(baseUrl: string, trusted: TrustedHosts): boolean {
  const { origin } = new URL(baseUrl);
  return trusted.some((host) => originsOf(host).includes(origin));
}

function originsOf(host: string): string[] {
  const named = host.trim();
  const schemes = /^https?:\/\//i.test(named) ? [''] : LOCAL.test(named) ? ['http://', 'https://'] : ['https://'];
  return schemes.map((scheme) => {
    const url = URL.canParse(scheme + named) ? new URL(scheme + named) : undefined;
    if (url && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') return url.origin;
    throw new LabError({
      code: 'bad-config',
      where: host,
      what: 'This is not the name of a host.',
      todo: 'Name it as HOST or HOST:PORT, or as http://HOST for a server without https.',
    });
  });
}

/** The environment's key for an address in a plan; undefined if the person did not name the host. */
export function keyForPlan(
  baseUrl: string,
  named: TrustedHosts,
  env: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): string | undefined {
  const key = env['SOLACE_API_KEY'];
  if (!key) return undefined;
  const fromEnv = env['SOLACE_ENDPOINT_HOST'];
  if (maySendKey(baseUrl, fromEnv ? [...named, ...fromEnv.split(',')] : named)) return key;
  const { origin, host, protocol } = new URL(baseUrl);
  warn(
    `The key in SOLACE_API_KEY is not sent to ${host}, which the plan names. If you trust it, add ` +
      `--endpoint-host ${protocol === 'https:' || LOCAL.test(host) ? host : origin}.`,
  );
  return undefined;
}
