// Says something to those who do not see the page change. The region stands in every page's layout.
export function announce(words) {
  const region = document.getElementById("live");
  if (!region) return;
  region.textContent = "";
  // Emptied first and filled a moment later, or the same words twice would be said once.
  setTimeout(() => { region.textContent = words; }, 60);
}
