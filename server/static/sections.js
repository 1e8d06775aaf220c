/** The page's sections, of which one is seen: the lobby, the waiting room, the call, and what comes after it. */

import { byId } from "./dom.js";

/** @typedef {"lobby" | "waiting" | "call" | "closing"} Section */

const SECTIONS = /** @type {Section[]} */ (["lobby", "waiting", "call", "closing"]);

/** @param {Section} shown */
export function show(shown) {
  for (const section of SECTIONS) byId(section, HTMLElement).hidden = section !== shown;
  document.body.dataset["section"] = shown;
}

/** @param {Section} section */
export function isShown(section) {
  return document.body.dataset["section"] === section;
}
