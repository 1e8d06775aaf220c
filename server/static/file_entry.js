/** One file in the chat's panel: who sends it, how far it is, and what can be done about it. */

import { sizeInWords, words } from "./exchange_texts.js";
import { Receiving } from "./receiving.js";
import { MOST_IN_MEMORY } from "./sinks.js";

/** @import { Sending } from "./sending.js" */

export class FileEntry {
  element = document.createElement("li");
  #state = document.createElement("p");
  #progress = document.createElement("progress");
  #buttons = document.createElement("div");
  /** @type {string | null} what the buttons are for; they are made anew only when that changes, so that the focus stays */
  #offered = null;
  #file;

  /**
   * @param {Sending | Receiving} file
   * @param {string} other the other one's name
   */
  constructor(file, other) {
    this.#file = file;
    const head = document.createElement("p");
    head.className = "chat-head";
    const name = document.createElement("bdi");
    name.textContent = file.outgoing ? words.you : other;
    head.append(name, file.outgoing ? ` (${words.privateTo(other)})` : "");
    const title = document.createElement("p");
    title.className = "file-name";
    const label = document.createElement("bdi");
    label.textContent = file.name;
    title.append(label, ` · ${sizeInWords(file.size)}`);
    this.#progress.max = Math.max(1, file.size);
    this.#progress.ariaLabel = file.name;
    this.#state.role = "status";
    this.#buttons.className = "file-buttons";
    this.element.className = "file";
    this.element.classList.toggle("is-own", file.outgoing);
    this.element.append(head, title, this.#progress, this.#state, this.#buttons);
    file.on("change", () => this.#show());
    this.#show();
  }

  #show() {
    const { state, refusal, moved, outgoing, open } = this.#file;
    const said = outgoing && state === "refused" && refusal ? words.refused[refusal] : null;
    this.element.dataset["state"] = state;
    this.#progress.hidden = state !== "moving" && state !== "paused";
    this.#progress.value = moved;
    const sentence = said ?? (outgoing ? words.outgoing : words.incoming)[state];
    if (this.#state.textContent !== sentence) this.#state.textContent = sentence;
    const offered = open && state !== "asked" ? "cancel" : state;
    if (offered !== this.#offered) this.#offer(offered);
  }

  /** @param {string} offered */
  #offer(offered) {
    this.#offered = offered;
    const file = this.#file;
    this.#buttons.replaceChildren();
    if (file instanceof Receiving && offered === "asked") {
      if (file.fits) this.#button(words.accept, "primary", () => file.accept());
      else this.#state.textContent = words.tooLarge(sizeInWords(MOST_IN_MEMORY));
      this.#button(words.refuse, "", () => file.refuse(file.fits ? "declined" : "too_large"));
    } else if (file.open) {
      this.#button(words.cancel, "", () => file.cancel());
    } else if (file instanceof Receiving) {
      const content = file.take();
      if (content) this.#buttons.append(saveLink(content, file.name));
    }
  }

  /**
   * @param {string} text
   * @param {string} className
   * @param {() => void} pressed
   */
  #button(text, className, pressed) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = text;
    made.ariaLabel = `${text}: ${this.#file.name}`;
    made.addEventListener("click", pressed);
    this.#buttons.append(made);
  }
}

/**
 * Whatever kind of file it is, it is saved, and never shown inside this page. The content lives as long as the page:
 * who breaks his browser's question off may press again.
 * @param {Blob} content
 * @param {string} name
 */
function saveLink(content, name) {
  const link = document.createElement("a");
  link.className = "primary";
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.textContent = words.save;
  link.ariaLabel = `${words.save}: ${name}`;
  return link;
}
