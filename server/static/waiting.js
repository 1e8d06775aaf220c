/** Who waits to be let in, as staff see it in the call: each with a button to let him in and one to send him away. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Signaling } from "./signaling.js" */
/** @import { Participant } from "./wire.js" */

/** Seconds from now at which each rap of a knock begins, and how long it sounds. */
const RAPS = [0, 0.2, 0.4];
const RAP = 0.12;
const HERTZ = 520;

export class WaitingRoom {
  #panel = byId("waiting-room", HTMLElement);
  #list = byId("waiting-guests", HTMLUListElement);
  #notice = byId("knock", HTMLElement);
  /** @type {Map<string, HTMLLIElement>} */
  #entries = new Map();
  #signaling;

  /** @param {Signaling} signaling */
  constructor(signaling) {
    this.#signaling = signaling;
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
    if (last) knock();
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

/** Knock as on a door. The page was touched before, so the browser plays it. */
function knock() {
  const context = new AudioContext();
  for (const start of RAPS) {
    const tone = new OscillatorNode(context, { type: "triangle", frequency: HERTZ });
    const volume = new GainNode(context, { gain: 0.3 });
    volume.gain.setTargetAtTime(0, context.currentTime + start, RAP / 3);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + RAP);
    if (start === RAPS.at(-1)) tone.addEventListener("ended", () => context.close());
  }
}
