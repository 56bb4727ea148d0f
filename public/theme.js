// Sets a chosen theme before the first paint, so that the page doesn't flash in the other one.
try {
  const theme = localStorage.getItem('solace.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme holds.
}
