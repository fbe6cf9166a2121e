// Gives the warm word, or takes it back, without leaving the page. The button says which; the server, how many gave it.
import { announce } from "../announce.js";

export default class LiveReaction extends HTMLElement {
  connectedCallback() {
    if (this.listens) return; // moved, not made
    this.listens = true;
    this.addEventListener("submit", (event) => {
      if (this.plain) return;
      event.preventDefault();
      this.press(event.target, event.submitter);
    });
  }

  async press(form, button) {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    const body = new URLSearchParams([...new FormData(form), [button.name, button.value]]);
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    button.ariaBusy = "false";
    if (answer?.redirected) return location.assign(answer.url); // a stranger is asked in
    const told = await answer?.json().catch(() => null);
    if (answer?.status === 422 && !told) return this.plainly(form, button);
    if (answer?.ok && told) this.show(button, told);
    else this.fail(button, told?.error?.text ?? this.dataset.failed);
  }

  // Signed out meanwhile: a page says so, and what to do.
  plainly(form, button) {
    this.plain = true;
    form.requestSubmit(button);
  }

  show(button, { given, count }) {
    this.fail(button, "");
    button.value = given ? "no" : "yes";
    button.setAttribute("aria-pressed", String(given));
    const number = button.nextElementSibling, words = this.dataset.words.replace("{number}", count);
    number.hidden = !count;
    number.lastElementChild.textContent = count;
    number.setAttribute("aria-label", words);
    announce(words);
  }

  fail(button, words) {
    const place = button.parentElement;
    place.querySelector("[data-failure]")?.remove();
    if (words) place.append(Object.assign(document.createElement("p"), { className: "small", role: "alert", textContent: words }));
    if (words) place.lastElementChild.dataset.failure = "";
  }
}
