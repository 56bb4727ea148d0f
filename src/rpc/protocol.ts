import { LabError, type LabErrorDetail } from '../core/error.ts';

/** One remote procedure: its input, output and events. */
export interface Method<Input = unknown, Output = unknown, Event = never> {
  input: Input;
  output: Output;
  event: Event;
}

/** A set of remote procedures by name; declare it once and share it between page and worker. */
export type Api<Names extends string = string> = Record<Names, Method<unknown, unknown, unknown>>;

/** A transport: a Worker, a worker's global scope or a MessagePort. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message' | 'messageerror', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message' | 'messageerror', listener: (event: MessageEvent) => void): void;
  /** MessagePorts deliver nothing before this is called. */
  start?(): void;
}

/** An error as plain data, so that a LabError keeps its fields across the structured clone. */
export interface WireError {
  name: string;
  message: string;
  detail?: LabErrorDetail | undefined;
  stack?: string | undefined;
}

export type ToServer = { rpc: 'call'; id: number; method: string; input: unknown } | { rpc: 'cancel'; id: number };

export type ToClient =
  | { rpc: 'ready'; lock?: string }
  /** Work that may never end has begun because of `what`; null when it has ended. */
  | { rpc: 'busy'; what: string | null }
  | { rpc: 'event'; id: number; event: unknown }
  | { rpc: 'result'; id: number; output: unknown }
  | { rpc: 'error'; id: number; error: WireError };

export function isRpcMessage(data: unknown): data is ToServer | ToClient {
  return typeof data === 'object' && data !== null && 'rpc' in data;
}

export function toWire(error: unknown): WireError {
  if (error instanceof LabError)
    return { name: error.name, message: error.message, detail: error.detail, stack: error.stack };
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error) };
}

export function fromWire(wire: WireError): Error {
  if (wire.detail) return new LabError(wire.detail);
  if (wire.name === 'AbortError') return LabError.cancelled();
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack) error.stack = wire.stack;
  return error;
}

const transfers = new WeakMap<object, Transferable[]>();

/** Marks buffers of a handler's result or event to transfer instead of copy. */
export function withTransfer<Value extends object>(value: Value, buffers: Transferable[]): Value {
  transfers.set(value, buffers);
  return value;
}

export function transferOf(value: unknown): Transferable[] {
  return (typeof value === 'object' && value !== null && transfers.get(value)) || [];
}
