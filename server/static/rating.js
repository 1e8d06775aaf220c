/** After the call: one tap says how it was. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Quality } from "./quality.js" */
/** @import { Reports } from "./reports.js" */

export class Rating {
  #question = byId("rating", HTMLFieldSetElement);
  #notice = byId("rating-notice", HTMLElement);
  #reports;

  /** @param {Reports} reports which know the call */
  constructor(reports) {
    this.#reports = reports;
    for (const button of this.#question.querySelectorAll("button")) {
      button.addEventListener("click", () => this.#rate(/** @type {Quality} */ (button.value)));
    }
  }

  /** Ask, where there was a call. */
  ask() {
    this.#question.hidden = !this.#reports.rateable;
  }

  /** @param {Quality} quality */
  async #rate(quality) {
    this.#question.disabled = true;
    const known = await this.#reports.rate(quality).catch(() => false);
    this.#notice.textContent = known ? texts.rating.thanks : texts.rating.notSaid;
    this.#question.hidden = known;
    this.#question.disabled = false;
  }
}
