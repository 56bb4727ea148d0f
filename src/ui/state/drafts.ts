const KEY = 'solace.draft.';

/** What was typed but not sent, by conversation; `null` is the conversation that has not begun. Outlives a reload. */
export function readDraft(conversationId: string | null): string {
  try {
    return localStorage.getItem(KEY + (conversationId ?? 'new')) ?? '';
  } catch {
    return '';
  }
}

export function writeDraft(conversationId: string | null, text: string): void {
  try {
    if (text) localStorage.setItem(KEY + (conversationId ?? 'new'), text);
    else localStorage.removeItem(KEY + (conversationId ?? 'new'));
  } catch {
    // Storage is blocked or full: the draft lasts as long as the page.
  }
}
