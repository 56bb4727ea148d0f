/**
 * Resolves in the next task, so that messages (such as a cancellation) are received between two pieces of long work.
 * Timers would do the same but are clamped to 4 ms when nested.
 */
export function nextTask(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
