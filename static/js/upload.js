// Sends a file in pieces and goes on where it stopped: after a lost connection by itself, after a closed page when the same file is
// chosen again. The addresses are those of “Resumable Uploads for HTTP” (IETF draft-ietf-httpbis-resumable-upload).
const PIECE = 256 * 1024;
const LONGEST_PAUSE = 15000;

export class Refusal extends Error {} // what the server said of the file, in its words

class Gone extends Error {}

// Begins at the address `to`, in the language of the page, where the server's words are read. `progress(share)` is told how much is
// there, `waiting()` that the connection is lost. Resolves to what the server made of the file.
export async function upload(file, { to, purpose, token, progress = () => {}, waiting = () => {} }) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const key = `upload:${purpose}:${file.name}:${file.size}:${file.lastModified}`;
  let address = read(key);
  for (let lost = 0; ; ) {
    try {
      if (!address) keep(key, (address = await begin(file, to, purpose, headers)));
      const made = await goOn(file, address, headers, (share) => { lost = 0; progress(share); });
      keep(key, null);
      return made;
    } catch (problem) {
      if (problem instanceof Refusal) { keep(key, null); throw problem; }
      if (problem instanceof Gone) { keep(key, (address = null)); if (lost++ > 3) throw new Refusal(""); continue; }
      waiting();
      await connection(++lost);
    }
  }
}

async function begin(file, to, purpose, headers) {
  const answer = await fetch(`${to}?for=${purpose}`, { method: "POST", headers: { ...headers, "Upload-Complete": "?0", "Upload-Length": file.size } });
  if (answer.status !== 201) throw await refusal(answer);
  return answer.headers.get("Location");
}

async function goOn(file, address, headers, progress) {
  const state = await fetch(address, { method: "HEAD", headers });
  if (!state.ok) throw await refusal(state);
  if (state.headers.get("Upload-Complete") === "?1") return (await fetch(address, { headers })).json();
  for (let offset = Number(state.headers.get("Upload-Offset")); ; ) {
    progress(offset / file.size);
    const piece = file.slice(offset, offset + PIECE), last = offset + piece.size >= file.size;
    const answer = await fetch(address, {
      method: "PATCH",
      body: piece,
      headers: { ...headers, "Content-Type": "application/partial-upload", "Upload-Offset": offset, "Upload-Complete": last ? "?1" : "?0" },
    });
    if (answer.status === 409) { offset = Number(answer.headers.get("Upload-Offset")); continue; }
    if (!answer.ok) throw await refusal(answer);
    if (answer.headers.get("Upload-Complete") === "?1") { progress(1); return answer.json(); }
    offset += piece.size;
  }
}

// A server that is busy or away is like a lost connection; anything else it says is about the file.
async function refusal(answer) {
  if (answer.status === 404) return new Gone();
  if (answer.status >= 500) return new Error(String(answer.status));
  const said = await answer.json().catch(() => null);
  return new Refusal(said?.error?.text ?? "");
}

function connection(lost) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.min(LONGEST_PAUSE, 500 * 2 ** lost));
    addEventListener("online", done, { once: true });
    function done() { clearTimeout(timer); removeEventListener("online", done); resolve(); }
  });
}

function read(key) { try { return localStorage.getItem(key); } catch { return null; } }
function keep(key, value) { try { if (value) localStorage.setItem(key, value); else localStorage.removeItem(key); } catch { /* full or forbidden: it begins anew */ } }
