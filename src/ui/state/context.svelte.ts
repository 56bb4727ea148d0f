class ContextState {
  total = $state<number | null>(null);
  window = $state<number | null>(null);
}
export const context = new ContextState();
