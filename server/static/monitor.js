/** Looks at all connections of the room every two seconds: samples, how good each is, and the last two minutes. */

import { Emitter } from "./events.js";
import { Judge } from "./quality.js";
import { Meter } from "./statistics.js";
import { DeadlineError, withDeadline } from "./timing.js";

/** @import { Link } from "./link.js" */
/** @import { Quality } from "./quality.js" */
/** @import { Room } from "./room.js" */
/** @import { Sample } from "./statistics.js" */

/** @typedef {{link: Link, samples: readonly Sample[], quality: Quality}} Look */
/** @typedef {{looks: readonly Look[], at: Date}} Round all connections at one time */

export const INTERVAL = 2_000;
export const KEPT = 120_000 / INTERVAL;

/** @extends {Emitter<{round: Round}>} */
export class Monitor extends Emitter {
  /** @type {readonly Round[]} the last two minutes, newest last */
  rounds = [];
  #meter = new Meter();
  /** @type {Map<string, Judge>} by participant */
  #judges = new Map();
  #offset = 0;
  #last = performance.now();
  #room;
  #timer;

  /** @param {Room} room */
  constructor(room) {
    super();
    this.#room = room;
    room.on("entered", ({ now }) => (this.#offset = Date.parse(now) - Date.now()));
    room.on("gone", (participant) => {
      this.#meter.forget(participant);
      this.#judges.delete(participant);
    });
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  /** The server's clock. */
  get now() {
    return new Date(Date.now() + this.#offset);
  }

  close() {
    clearInterval(this.#timer);
  }

  async #look() {
    const seconds = (performance.now() - this.#last) / 1000;
    this.#last = performance.now();
    const at = this.now;
    const looks = await Promise.all(this.#room.links.map((link) => this.#lookAt(link, seconds, at)));
    // Whoever left while we looked is not to come back by it.
    const round = { looks: looks.flatMap((look) => (look && this.#knows(look.link) ? [look] : [])), at };
    this.rounds = [...this.rounds, round].slice(-KEPT);
    this.emit("round", round);
  }

  /**
   * @param {Link} link
   * @param {number} seconds since the last look
   * @param {Date} at
   * @returns {Promise<Look | null>} null before it was ever connected
   */
  async #lookAt(link, seconds, at) {
    const judge = this.#judges.get(link.participant);
    if (!judge) {
      if (link.connected) this.#judges.set(link.participant, new Judge());
      else return null;
    }
    const samples = await this.#measure(link, at);
    return { link, samples, quality: judge?.look(samples, seconds) ?? "good" };
  }

  /** @param {Link} link */
  #knows(link) {
    return this.#room.links.includes(link);
  }

  /**
   * @param {Link} link
   * @param {Date} at
   */
  async #measure(link, at) {
    if (!link.peer || !link.connected) return [];
    try {
      const report = await withDeadline(link.peer.getStats(), INTERVAL, "getStats");
      return this.#knows(link) ? this.#meter.measure(link.participant, report.values(), at) : [];
    } catch (error) {
      if (error instanceof DeadlineError) return [];
      throw error;
    }
  }
}
