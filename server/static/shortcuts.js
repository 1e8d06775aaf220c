/** One key for each button that names it in `aria-keyshortcuts`, and an overlay that lists them; they can be switched off. */

import { byId } from "./dom.js";
import { isShown } from "./sections.js";

const SETTING = "shortcuts";
const OFF = "off";

export class Shortcuts {
  #dialog = byId("help", HTMLDialogElement);
  #on = byId("shortcuts-on", HTMLInputElement);

  constructor() {
    this.#on.checked = localStorage.getItem(SETTING) !== OFF;
    this.#on.addEventListener("change", () => localStorage.setItem(SETTING, this.#on.checked ? "on" : OFF));
    byId("show-help", HTMLButtonElement).addEventListener("click", () => this.#show());
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, target, ctrlKey, altKey, metaKey, repeat } = event;
    // Letters that are typed somewhere, or that belong to the browser, are not for us (WCAG 2.1.4).
    const typed = target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
    if (!this.#on.checked || typed || ctrlKey || altKey || metaKey || repeat) return;
    if (!isShown("call") || document.querySelector("dialog[open]")) return;
    const button = buttons().find((each) => each.getAttribute("aria-keyshortcuts") === key.toUpperCase());
    button?.click();
  }

  #show() {
    const rows = buttons().flatMap((button) => {
      const key = document.createElement("dt");
      const name = document.createElement("dd");
      key.append(Object.assign(document.createElement("kbd"), { textContent: button.getAttribute("aria-keyshortcuts") }));
      name.textContent = button.querySelector("span")?.textContent ?? button.ariaLabel;
      return [key, name];
    });
    byId("shortcut-list", HTMLElement).replaceChildren(...rows);
    this.#dialog.showModal();
  }
}

/** @returns {HTMLButtonElement[]} that can be pressed now */
function buttons() {
  const found = document.querySelectorAll("#call button[aria-keyshortcuts]");
  const all = [...found].filter((each) => each instanceof HTMLButtonElement);
  return all.filter(({ disabled, hidden }) => !disabled && !hidden);
}
