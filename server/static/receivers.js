/** To whom one writes or sends: everybody, or one who is in the room. */

import { words } from "./exchange_texts.js";

/** @import { Room } from "./room.js" */
/** @import { Participant } from "./wire.js" */

export class Receivers {
  /** @type {Map<string, Participant>} */
  #present = new Map();
  #choice;

  /**
   * @param {HTMLSelectElement} choice
   * @param {Room} room
   */
  constructor(choice, room) {
    this.#choice = choice;
    room.on("participant", (participant) => {
      this.#present.set(participant.id, participant);
      this.#show();
    });
    room.on("gone", (participant) => {
      this.#present.delete(participant);
      this.#show();
    });
    this.#show();
  }

  /** The chosen participant's id; undefined for everybody. */
  get chosen() {
    return this.#choice.value || undefined;
  }

  /** Those of the chosen who take files: a robot has no place for them. @returns {Participant[]} */
  get forFiles() {
    const all = [...this.#present.values()].filter(({ kind }) => kind !== "robot");
    return this.chosen === undefined ? all : all.filter(({ id }) => id === this.chosen);
  }

  /** @param {string} participant his name; empty once he is gone */
  nameOf(participant) {
    return this.#present.get(participant)?.name ?? "";
  }

  /** Who was chosen stays chosen though he leaves, so that what was meant for him alone does not go to all. */
  #show() {
    const { value, selectedOptions } = this.#choice;
    const chosen = selectedOptions.item(0);
    const options = [...this.#present.values()].map(
      ({ id, name, kind }) => new Option(kind === "robot" ? words.onScreen(name) : name, id),
    );
    if (chosen && value !== "" && !this.#present.has(value)) options.push(chosen);
    this.#choice.replaceChildren(new Option(words.everyone, ""), ...options);
    this.#choice.value = value;
  }
}
