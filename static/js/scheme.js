// Not a module, and in the head: it runs before the first paint, so that who chose night is never shown a flash of day.
try {
  const kept = localStorage.getItem("scheme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.scheme = kept;
} catch {
  // A private window without storage: the machine's own choice is worn.
}
