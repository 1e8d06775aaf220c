/** The button that shows this computer's screen to the others; phones have none. */

import { byId } from "./dom.js";

/** @import { Outgoing } from "./outgoing.js" */

export class Sharing {
  #button = byId("share", HTMLButtonElement);
  #outgoing;

  /** @param {Outgoing} outgoing */
  constructor(outgoing) {
    this.#outgoing = outgoing;
    this.#button.hidden = !navigator.mediaDevices || !("getDisplayMedia" in navigator.mediaDevices);
    this.#button.addEventListener("click", () => this.#press());
    outgoing.on("change", () => (this.#button.ariaPressed = String(outgoing.sharing)));
  }

  #press() {
    if (this.#outgoing.sharing) this.#outgoing.stopSharing();
    // Whoever changes his mind in the browser's own question knows why nothing is shared.
    else this.#outgoing.share().catch(() => undefined);
  }
}
