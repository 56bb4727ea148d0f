import { describe, expect, it } from 'vitest';
import { keyForPlan, maySendKey } from './endpoint-key.ts';

describe('maySendKey', () => {
  it.each([
    ['https://api.example/v1', ['api.example'], true],
    ['https://api.example:8443/v1', ['api.example:8443'], true],
    ['http://127.0.0.1:8000/v1', ['127.0.0.1:8000'], true],
    ['http://lan.example:8000/v1', ['http://lan.example:8000'], true],
    ['https://API.example/v1', ['other.example', 'api.EXAMPLE'], true],
    ['https://api.example/v1', [], false],
    ['https://evil.example/v1', ['api.example'], false],
    ['https://api.example.evil.example/v1', ['api.example'], false],
    ['https://api.example:8443/v1', ['api.example'], false],
    // The key would be sent unencrypted.
    ['http://api.example/v1', ['api.example'], false],
    ['https://api.example@evil.example/v1', ['api.example'], false],
  ])('%s with %j named: %s', (address, named, allowed) => {
    expect(maySendKey(address, named)).toBe(allowed);
  });

  it.each(['', 'a b', 'api.example/v1', 'user@api.example'])('refuses %j as a host', (host) => {
    expect(() => maySendKey('https://api.example/v1', [host])).toThrow(expect.objectContaining({ code: 'bad-config' }));
  });
});

describe('keyForPlan', () => {
  it('returns the key only for a named host, and otherwise says what to do', () => {
    const told: string[] = [];
    const key = (env: NodeJS.ProcessEnv, named: string[]) =>
      keyForPlan('https://api.example/v1', named, env, (line) => told.push(line));
    expect(key({ SOLACE_API_KEY: 'k' }, ['api.example'])).toBe('k');
    expect(key({ SOLACE_API_KEY: 'k', SOLACE_ENDPOINT_HOST: 'x.example,api.example' }, [])).toBe('k');
    expect(key({}, ['api.example'])).toBeUndefined();
    expect(told).toEqual([]);
    expect(key({ SOLACE_API_KEY: 'k' }, [])).toBeUndefined();
    expect(told).toEqual([expect.stringContaining('--endpoint-host api.example')]);
  });
});
