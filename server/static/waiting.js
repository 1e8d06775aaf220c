/** Who waits to be let in, as staff see it in the call: each with a button to let him in and one to send him away. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Signaling } from "./signaling.js" */
/** @import { Speaker } from "./speaker.js" */
/** @import { Participant } from "./wire.js" */

/** As on a door. */
const KNOCK = [0, 0.2, 0.4].map((start) => ({ hertz: 520, start, length: 0.15, shape: /** @type {const} */ ("triangle") }));

export class WaitingRoom {
  #panel = byId("waiting-room", HTMLElement);
  #list = byId("waiting-guests", HTMLUListElement);
  #notice = byId("knock", HTMLElement);
  /** @type {Map<string, HTMLLIElement>} */
  #entries = new Map();
  #signaling;
  #speaker;

  /**
   * @param {Signaling} signaling
   * @param {Speaker} speaker
   */
  constructor(signaling, speaker) {
    this.#signaling = signaling;
    this.#speaker = speaker;
    signaling.on("joined", ({ waiting_room }) => this.#show(waiting_room ?? []));
    signaling.on("waiting_room", ({ guests }) => this.#show(guests));
  }

  /** @param {readonly Participant[]} guests everybody who waits now; who was here before keeps his buttons */
  #show(guests) {
    const waiting = new Set(guests.map(({ id }) => id));
    for (const [id, entry] of [...this.#entries]) {
      if (waiting.has(id)) continue;
      entry.remove();
      this.#entries.delete(id);
    }
    const newcomers = guests.filter(({ id }) => !this.#entries.has(id));
    for (const guest of newcomers) this.#add(guest);
    for (const guest of guests) {
      const label = this.#entries.get(guest.id)?.querySelector("span");
      if (label) label.textContent = guest.connected === false ? `${guest.name}: ${texts.away}` : guest.name;
    }
    this.#panel.hidden = guests.length === 0;
    const last = newcomers.at(-1);
    this.#notice.textContent = last ? texts.knocks(last.name) : "";
    if (last) this.#speaker.play(KNOCK);
  }

  /** @param {Participant} guest */
  #add({ id, name }) {
    const entry = document.createElement("li");
    const admit = button(texts.admit, "primary", name);
    const deny = button(texts.deny, "danger", name);
    admit.addEventListener("click", () => this.#decide("admit", id, entry));
    deny.addEventListener("click", () => {
      if (confirm(texts.denyQuestion(name))) this.#decide("deny", id, entry);
    });
    entry.append(document.createElement("span"), admit, deny);
    this.#entries.set(id, entry);
    this.#list.append(entry);
  }

  /**
   * The guest goes from the list when the server says so.
   * @param {"admit" | "deny"} decision
   * @param {string} participant
   * @param {HTMLLIElement} entry
   */
  async #decide(decision, participant, entry) {
    const buttons = entry.querySelectorAll("button");
    for (const each of buttons) each.disabled = true;
    try {
      await this.#signaling.send(decision, { participant });
    } catch {
      this.#notice.textContent = texts.notDecided;
      for (const each of buttons) each.disabled = false;
    }
  }
}

/**
 * @param {string} text
 * @param {string} className
 * @param {string} name whom it is about, for those who do not see the row
 */
function button(text, className, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.ariaLabel = `${text}: ${name}`;
  return made;
}
