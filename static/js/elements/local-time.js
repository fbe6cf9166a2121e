// Turns an exact moment into the reader's own words and zone: pages are shared by all, so the server cannot.
// Dates as Europe writes them, whatever the machine prefers.
const language = { en: "en-GB" }[document.documentElement.lang] ?? document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
// In French the first of a month, and no other day, is an ordinal.
const exactly = (at) => language === "fr" ? absolute.format(at).replace(/^1 /, "1er ") : absolute.format(at);
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const WEEK = 7 * 86400, DAY = 86400;

// Below its day the hour alone is told.
function words(at, dated) {
  const seconds = Math.round((at - Date.now()) / 1000);
  if (dated && Math.abs(seconds) >= DAY) return clock.format(at);
  if (Math.abs(seconds) >= WEEK) return exactly(at);
  if (Math.abs(seconds) < 60) return relative.format(0, "second");
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return relative.format(Math.trunc(seconds / length), unit);
}

export default class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time");
    const at = new Date(time?.dateTime);
    if (Number.isNaN(at.getTime())) return;
    time.title = exactly(at);
    time.textContent = words(at, "clock" in this.dataset);
  }
}
