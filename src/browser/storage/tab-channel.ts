/**
 * A tab's message to the others after it wrote to storage. `id: null` means all conversations. `deleting` comes before
 * all of them are deleted, so that nothing more is imported.
 */
export type TabNotice =
  { type: 'changed'; id: string } | { type: 'deleted'; id: string | null } | { type: 'deleting'; id: null };

export interface TabChannel {
  send(notice: TabNotice): void;
  close(): void;
}

/** Connects the tabs of this lab; does nothing if BroadcastChannel is unavailable. */
export function openTabChannel(name: string, onNotice: (notice: TabNotice) => void): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { send: () => {}, close: () => {} };
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', ({ data }: MessageEvent<TabNotice>) => onNotice(data));
  return { send: (notice) => channel.postMessage(notice), close: () => channel.close() };
}
