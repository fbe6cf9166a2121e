// Notes that a line of the list was followed. It goes along with whoever leaves the page, and nobody waits for it.
export default class ReadMark extends HTMLElement {
  connectedCallback() {
    if (this.listens) return;
    this.listens = true;
    for (const name of ["click", "auxclick"]) this.addEventListener(name, (event) => this.note(event));
  }

  note(event) {
    const link = event.target.closest("a[data-reading]");
    if (!link || event.button > 1) return; // the right button opens a menu
    const body = new URLSearchParams({ csrf_token: this.dataset.token });
    fetch(link.dataset.reading, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
    delete link.dataset.reading;
  }
}
