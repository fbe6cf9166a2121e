// How this browser is told while the site is closed.
export async function subscription() {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  return await worker?.pushManager?.getSubscription() ?? null;
}

// What stands for it in the list of somebody's devices; the address itself stays here.
export async function mark({ endpoint }) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
