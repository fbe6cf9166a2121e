// What is typed is kept on this device until the server has it: in the browser's own database, written through to the disk, since
// `localStorage` loses its last seconds when the browser is killed. Where there is none the page still works.
const LIFE = 90 * 24 * 3600 * 1000;
let opened;

function open() {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open("writing", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("copies", { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch { resolve(null); }
  });
  return opened;
}

async function ask(mode, act) {
  const database = await open();
  if (!database) return null;
  return new Promise((resolve) => {
    try {
      const step = database.transaction("copies", mode, { durability: "strict" });
      const request = act(step.objectStore("copies"));
      step.oncomplete = () => resolve(request.result);
      step.onabort = () => resolve(null); // full: the server has it, or will
    } catch { resolve(null); }
  });
}

export const keep = (copy) => ask("readwrite", (store) => store.put(copy));
export const drop = (key) => ask("readwrite", (store) => store.delete(key));

// Of one place, the last first; what nobody came for in three months goes.
export async function keptAt(place) {
  const all = (await ask("readonly", (store) => store.getAll())) ?? [];
  for (const old of all.filter((copy) => Date.now() - copy.at > LIFE)) drop(old.key);
  return all.filter((copy) => copy.place === place && Date.now() - copy.at <= LIFE).sort((a, b) => b.at - a.at);
}
