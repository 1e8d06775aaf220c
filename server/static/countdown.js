/** The page of a guest who comes too early: times in his own zone, a countdown, and in when the room opens. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

const waiting = byId("waiting", HTMLElement);
const notice = byId("countdown", HTMLElement);
const language = document.documentElement.lang;
/** The page's language as it is spoken where the guest is. */
const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
/** The guest's clock may be wrong; the server said what time it was when it made the page. */
const skew = time("now") - Date.now();
/** So that not all who wait ask in the same instant, and never before the room is open. */
const patience = 250 + Math.random() * 1500;

/**
 * @param {string} name of a data attribute that holds an RFC 3339 time
 * @returns {number} milliseconds since 1970
 */
function time(name) {
  return Date.parse(waiting.dataset[name] ?? "");
}

function showTimesInOwnZone() {
  const long = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
  const short = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  for (const element of waiting.querySelectorAll("time")) {
    const shape = element.dataset["shape"] === "short" ? short : long;
    element.textContent = shape.format(new Date(element.dateTime));
  }
  byId("zone", HTMLElement).textContent = Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll("_", " ");
}

/**
 * @param {number} milliseconds
 * @returns {string} such as "2 days and 3 hours" or "10 seconds": the two largest units that are not zero
 */
function words(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const parts = /** @type {const} */ ([
    ["day", Math.floor(seconds / 86_400)],
    ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ]);
  const first = parts.findIndex(([, value]) => value > 0);
  const largest = parts
    .slice(first, first + 2)
    .filter(([, value]) => value > 0)
    .map(([unit, value]) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value));
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(largest);
}

function tick() {
  const left = time("opensAt") - Date.now() - skew;
  if (left > 0) notice.textContent = texts.opensIn(words(left));
  else if (left < -patience) location.reload();
}

showTimesInOwnZone();
tick();
setInterval(tick, 500);
