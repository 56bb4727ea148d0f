import { RpcClient } from '../../rpc/client.ts';
import { serve } from '../../rpc/server.ts';
import { LabError } from '../../core/error.ts';
import type { NotebookBridge } from '../../lab/index.ts';
import { readInputNames } from '../links.ts';
import { FRAME_READY, type FrameApi, type HostApi } from '../../notebook/protocol.ts';

/** Maximum height of a notebook in pixels; more could only be an attack on the page's layout. */
const TALLEST = 200_000;

export interface FrameListeners {
  onchange(saved: { title: string; html: string }): void;
  /** The reader chose which sources to see; from the sandbox, so it may be anything. */
  onfolded(shown: unknown): void;
  /** Files were dropped on the notebook. */
  onattach(files: File[]): void;
  onheight(pixels: number): void;
  onfollow(hash: string): void;
  /** Cells are about to run, or all have finished. */
  onbusy(busy: boolean): void;
  ondeleted(name: string): unknown;
  /** Inputs of a link that the notebook does not have. */
  onunmatched(names: string[]): void;
}

/** The page's end of the port to a sandbox. */
export interface FrameLink {
  frame: RpcClient<FrameApi>;
  close(): void;
}

/** Waits until the frame is ready and connects it to the bridge; `signal` ends the wait. */
export async function linkFrame(
  iframe: HTMLIFrameElement,
  door: NotebookBridge,
  listeners: FrameListeners,
  signal: AbortSignal,
): Promise<FrameLink> {
  await frameReady(iframe, signal);
  const { port1, port2 } = new MessageChannel();
  const stop = serve<HostApi>(
    {
      lab: (call, context) => door.call(callOf(call), context),
      changed: (saved) => {
        const { title, html } = (saved ?? {}) as Partial<typeof saved>;
        if (typeof title === 'string' && typeof html === 'string') listeners.onchange({ title, html });
      },
      folded: (shown: unknown) => listeners.onfolded(shown),
      attach: (files: unknown) => {
        const given = Array.isArray(files) ? files.filter((file) => file instanceof File) : [];
        if (given.length > 0) listeners.onattach(given);
      },
      height: (pixels) => {
        if (Number.isFinite(pixels)) listeners.onheight(Math.min(TALLEST, Math.max(0, pixels)));
      },
      busy: (busy) => listeners.onbusy(busy),
      deleted: (name: unknown) => void listeners.ondeleted(String(name).slice(0, 40)),
      unmatched: (names: unknown) => listeners.onunmatched(readInputNames(names)),
      follow: (hash) => {
        if (typeof hash === 'string' && hash.startsWith('#/')) listeners.onfollow(hash);
      },
    },
    port1,
  );
  const frame = new RpcClient<FrameApi>(port1);
  iframe.contentWindow?.postMessage(null, location.origin, [port2]);
  return {
    frame,
    close() {
      stop();
      door.close();
      frame.close(LabError.cancelled());
      port1.close();
    },
  };
}

function frameReady(iframe: HTMLIFrameElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const hear = (event: MessageEvent) => {
      if (event.source === iframe.contentWindow && event.data === FRAME_READY) resolve();
    };
    addEventListener('message', hear, { signal });
    signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
  });
}

/** Parses a call from the port, whose messages may have any shape. */
function callOf(call: unknown): { name: string; args: unknown[] } {
  const { name, args } = (typeof call === 'object' && call !== null ? call : {}) as Record<string, unknown>;
  return { name: String(name), args: Array.isArray(args) ? args : [] };
}
