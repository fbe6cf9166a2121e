// Whoever logs out is told nothing on this browser any more: it says which of their devices it was, and lets go of it.
import { mark, subscription } from "../telling.js";

const PATIENCE = 1500;

export default class LeavingDevice extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (this.asked) return;
      this.asked = true;
      const said = this.said().catch(() => "");
      this.querySelector("input").value = await Promise.race([said, new Promise((done) => setTimeout(done, PATIENCE, ""))]);
      form.submit();
    });
    addEventListener("pageshow", () => { this.asked = false; });
  }

  async said() {
    const found = await subscription();
    if (!found) return "none";
    const own = await mark(found);
    await found.unsubscribe().catch(() => false);
    return own;
  }
}
