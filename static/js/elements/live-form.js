// Sends the comment without leaving the page. What is typed stays in the box until the server says it has it.
import { announce } from "../announce.js";

export default class LiveForm extends HTMLElement {
  connectedCallback() {
    if (this.listens) return; // moved, not made
    this.listens = true;
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.busy) this.submit(event.target);
    });
    addEventListener("pageshow", () => this.hold(false)); // came back from where the draft went
  }

  async submit(form) {
    this.hold(true);
    this.fail("");
    announce(this.dataset.sending);
    const answer = await this.post(form);
    if (answer?.status === 200 && isJson(answer)) return location.assign((await answer.json()).address); // a stranger: where the draft waits
    this.hold(false);
    if (!answer) this.fail(this.dataset.offline);
    else if (answer.status === 201) await this.show(form, (await answer.json()).address);
    else if (isJson(answer)) this.fail((await answer.json()).error?.text ?? this.dataset.failed);
    else this.correct(await answer.text());
  }

  async post(form) {
    const body = new URLSearchParams(new FormData(form));
    try {
      return await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    } catch {
      return null; // no connection: `submit` says so
    }
  }

  hold(busy) {
    this.busy = busy;
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-disabled", String(busy));
  }

  fail(words) {
    const line = this.querySelector("[data-failure]");
    line.textContent = words;
    line.hidden = !words;
  }

  // The server has it: its page brings the comment, wherever in the thread it stands.
  async show(form, address) {
    form.dispatchEvent(new Event("acknowledged"));
    const page = await fetch(address).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    const fresh = parse(page).getElementById("comments");
    history.replaceState(null, "", address);
    if (!fresh) return location.reload();
    document.getElementById("comments").replaceWith(document.adoptNode(fresh));
    const comment = document.getElementById(new URL(address, location).hash.slice(1));
    if (!comment) return;
    comment.tabIndex = -1;
    comment.classList.add("comment--new");
    comment.focus();
    announce(comment.dataset.status === "pending" ? this.dataset.waiting : this.dataset.sent);
  }

  // The page that came holds the same form, with all that was typed and what is wrong with it.
  correct(page) {
    const came = parse(page);
    const fresh = came.querySelector('form[data-form="comment"]');
    if (!fresh) return this.renew(came.querySelector('input[name="csrf_token"]'));
    this.querySelector("form").replaceWith(document.adoptNode(fresh));
    (this.querySelector("[data-problems]") ?? this.querySelector("textarea")).focus();
  }

  // Or it says that ours was open for too long: its token is good, and the person decides whether to send again.
  renew(token) {
    const own = this.querySelector('input[name="csrf_token"]');
    if (token && own) own.value = token.value;
    this.fail(token && own ? this.dataset.stale : this.dataset.failed);
  }
}

const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
const parse = (page) => new DOMParser().parseFromString(page, "text/html");
