/** Who is in the call, as a list: each with what is wrong with him. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Room } from "./room.js" */
/** @import { Participant } from "./wire.js" */

export class People {
  #list = byId("people-list", HTMLUListElement);
  /** @type {Map<string, HTMLLIElement>} */
  #entries = new Map();

  /** @param {Room} room */
  constructor(room) {
    room.on("participant", (participant) => this.#put(participant));
    room.on("gone", (participant) => {
      this.#entries.get(participant)?.remove();
      this.#entries.delete(participant);
    });
    const own = document.createElement("li");
    own.textContent = texts.you;
    this.#list.replaceChildren(own);
  }

  /** @param {Participant} participant */
  #put({ id, name, media, connected }) {
    const entry = this.#entries.get(id) ?? document.createElement("li");
    const faults = [connected === false && texts.away, media?.audio === false && texts.muted].filter(Boolean);
    const words = document.createElement("span");
    words.className = "hint";
    words.textContent = faults.join(" ");
    entry.replaceChildren(name, words);
    if (!this.#entries.has(id)) this.#list.append(entry);
    this.#entries.set(id, entry);
  }
}
