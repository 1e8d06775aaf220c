/** Who is in the call, as a list: each with what is wrong with him. */

import { byId } from "./dom.js";
import { words as exchange } from "./exchange_texts.js";
import { texts } from "./texts.js";

/** @import { Room } from "./room.js" */
/** @import { Participant } from "./wire.js" */

export class People {
  #list = byId("people-list", HTMLUListElement);
  /** @type {Map<string, HTMLLIElement>} */
  #rows = new Map();

  /** @param {Room} room */
  constructor(room) {
    const own = document.createElement("li");
    own.textContent = texts.you;
    this.#list.replaceChildren(own);
    room.on("participant", (participant) => this.#put(participant));
    room.on("gone", (id) => {
      this.#rows.get(id)?.remove();
      this.#rows.delete(id);
    });
  }

  /** @param {Participant} participant who came or changed */
  #put(participant) {
    const row = this.#rows.get(participant.id) ?? this.#add(participant.id);
    const remark = document.createElement("span");
    remark.className = "hint";
    remark.textContent = [texts.kinds[participant.kind], ...remarks(participant)].join(" · ");
    row.replaceChildren(participant.name, remark);
  }

  /** @param {string} id */
  #add(id) {
    const row = document.createElement("li");
    this.#rows.set(id, row);
    this.#list.append(row);
    return row;
  }
}

/**
 * @param {Participant} participant
 * @returns {string[]} what the others should know of him
 */
function remarks({ connected, media }) {
  const found = [];
  if (media?.hand) found.push(exchange.handRaised);
  if (connected === false) found.push(texts.reconnects);
  if (media?.audio === false) found.push(texts.muted);
  if (media?.video === false) found.push(texts.cameraIsOff);
  if (media?.screen) found.push(texts.shares);
  return found;
}
