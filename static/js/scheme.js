// In the head and holding nothing up: kept by the browser, it runs before the first paint, and who chose night sees no flash of day.
try {
  const kept = localStorage.getItem("scheme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.scheme = kept;
} catch {
  // A private window without storage: the machine's own choice is worn.
}
