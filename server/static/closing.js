/** The page after the call: why it is over, the way back, what was received and not saved yet, and how it was. */

import { byId } from "./dom.js";
import { show } from "./sections.js";
import { texts } from "./texts.js";

/** @import { ChatPanel } from "./chat_panel.js" */
/** @import { Rating } from "./rating.js" */

export class Closing {
  #rating;
  #chat;

  /**
   * @param {Rating} rating
   * @param {ChatPanel} chat
   */
  constructor(rating, chat) {
    this.#rating = rating;
    this.#chat = chat;
  }

  /**
   * @param {string} reason
   * @param {boolean} again whether he may come back
   */
  open(reason, again) {
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    show("closing");
    byId("notice", HTMLElement).textContent = "";
    document.title = texts.closingTitle;
    byId("closing-reason", HTMLElement).textContent = reason;
    byId("again", HTMLElement).hidden = !again;
    this.#offerFiles();
    this.#rating.ask();
    byId("closing-title", HTMLElement).focus();
  }

  /** The panel with the links is not seen any more. */
  #offerFiles() {
    const rows = this.#chat.saveLinks.map((link) => {
      const row = document.createElement("li");
      const name = document.createElement("bdi");
      name.textContent = link.download;
      row.append(name, link);
      return row;
    });
    byId("received-files", HTMLElement).replaceChildren(...rows);
    byId("received", HTMLElement).hidden = rows.length === 0;
  }
}
