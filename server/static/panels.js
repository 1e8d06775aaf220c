/**
 * What opens beside the tiles: one panel at a time, each with a button in the toolbar that says whether it is open.
 *
 * A panel and its button are made in call.html (`panel`, `panel_button`). What a module shows in one it puts there by
 * itself; the panel's element is sent `shown` when it opens.
 */

import { byId, isSeen } from "./dom.js";

export class Panels {
  #side = byId("panels", HTMLElement);
  #tools = byId("tools", HTMLElement);
  #more = byId("more", HTMLButtonElement);
  /** @type {HTMLButtonElement | null} the open panel's button */
  #open = null;

  constructor() {
    for (const button of this.#tools.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.#showTools(false);
        if (button.dataset["panel"]) this.#toggle(button);
      });
    }
    for (const close of this.#side.querySelectorAll(".close")) close.addEventListener("click", () => this.close());
    this.#more.addEventListener("click", () => this.#showTools(this.#more.ariaExpanded !== "true"));
    document.addEventListener("keydown", ({ key, defaultPrevented }) => {
      if (key === "Escape" && !defaultPrevented) this.#escape();
    });
  }

  /** Close the open panel; the focus goes back to its button, or to the menu that holds it. */
  close() {
    const button = this.#open;
    if (!button) return;
    this.#toggle(button);
    (isSeen(button) ? button : this.#more).focus();
  }

  /** @param {HTMLButtonElement} button */
  #toggle(button) {
    const before = this.#open;
    this.#open = before === button ? null : button;
    for (const each of new Set([before, this.#open])) {
      if (!each) continue;
      each.ariaExpanded = String(each === this.#open);
      panelOf(each).hidden = each !== this.#open;
    }
    this.#side.hidden = this.#open === null;
    if (!this.#open) return;
    const panel = panelOf(this.#open);
    panel.querySelector("h2")?.focus();
    panel.dispatchEvent(new Event("shown"));
  }

  /** @param {boolean} shown the menu, which is there where the toolbar has no room for all */
  #showTools(shown) {
    this.#more.ariaExpanded = String(shown);
    this.#tools.classList.toggle("is-open", shown);
  }

  #escape() {
    if (this.#more.ariaExpanded === "true") {
      this.#showTools(false);
      this.#more.focus();
    } else {
      this.close();
    }
  }
}

/**
 * Say on a panel's button, and on the menu that may hold it, how much is new in it.
 * @param {string} name of the panel
 * @param {number} count
 * @param {string} text the same for those who do not see it
 */
export function badge(name, count, text) {
  const mark = document.querySelector(`#tools [data-panel="${name}"] .badge`);
  if (!(mark instanceof HTMLElement)) throw new Error(`the page has no button for the panel ${name}`);
  mark.hidden = count === 0;
  mark.textContent = count === 0 ? "" : String(count);
  mark.ariaLabel = text;
  const some = document.querySelector("#tools .badge:not([hidden])") !== null;
  const dot = byId("more", HTMLButtonElement).querySelector(".badge");
  if (dot instanceof HTMLElement) dot.hidden = !some;
}

/** @param {HTMLButtonElement} button */
function panelOf(button) {
  return byId(button.dataset["panel"] ?? "", HTMLElement);
}
