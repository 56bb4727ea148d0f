import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { framePolicyHeader, HOST_HEADERS } from '../../../build/headers.ts';
import { FRAME_PATH, policyOf } from '../../../build/notebook-frame.ts';
import { DIST, serveStatically, type ServedLab } from '../lab.ts';

/**
 * A host of the built lab that receives every violation report of the policy, from the page and its workers, in every
 * engine.
 */
export interface StrictHost extends ServedLab {
  /** Directive, what was blocked and where, one line each. */
  violations: string[];
  /** The path of every request. */
  asked: string[];
}

const REPORTED = 'report-uri /policy-report';

/**
 * Firefox reports each handler that a notebook's `html` sets: the htl library writes `onclick=::0` into an inert
 * template before it replaces that with the function. The policy keeps the placeholder from being compiled, as it
 * should.
 */
const PLACEHOLDER = /^script-src-attr script-src-attr inline about \d*$/;

/** Serves the lab with the headers that a host should send. */
export async function serveStrictly(): Promise<StrictHost> {
  const violations: string[] = [];
  const asked: string[] = [];
  const frame = framePolicyHeader(policyOf(readFileSync(join(DIST, FRAME_PATH), 'utf8')));
  const policy = (path: string): string => (path === FRAME_PATH ? frame : HOST_HEADERS['Content-Security-Policy']);
  const host = await serveStatically({
    subfolder: '/',
    delay: (path) => void asked.push(path),
    headers: (path) => ({ ...HOST_HEADERS, 'Content-Security-Policy': `${policy(path)}; ${REPORTED}` }),
    receive: (body) =>
      violations.push(
        ...body
          .split('\n')
          .map(reportLine)
          .filter((line) => !PLACEHOLDER.test(line)),
      ),
  });
  return { ...host, violations, asked };
}

function reportLine(body: string): string {
  const report = (JSON.parse(body) as { 'csp-report'?: Record<string, unknown> })['csp-report'] ?? {};
  return ['effective-directive', 'violated-directive', 'blocked-uri', 'source-file', 'line-number']
    .map((name) => String((report[name] ?? '') as string | number))
    .join(' ');
}
