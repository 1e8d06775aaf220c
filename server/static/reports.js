/** Tells the server how good the call is, and, after it, what the guest thinks of it. */

import { Meter } from "./statistics.js";
import { DeadlineError, abortedAfter, withDeadline } from "./timing.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Quality } from "./quality.js" */
/** @import { Room } from "./room.js" */
/** @import { Joined } from "./wire.js" */

/** Seconds between two reports; more with more people, so that a large call is not many times the work. */
const INTERVAL = 10;
const SECONDS_EACH = 5;
const DEADLINE = 10_000;
const MOST_SAMPLES = 200;
/** Too large a call, or one that is over: this page reports no more. */
const ENOUGH = new Set([401, 404, 413, 422]);

export class Reports {
  #meter = new Meter();
  /** @type {Joined | null} with the proof of who we are */
  #joined = null;
  #last = performance.now();
  #enough = false;
  #room;
  #monitor;

  /**
   * @param {Room} room
   * @param {Monitor} monitor whose rounds are the clock
   */
  constructor(room, monitor) {
    this.#room = room;
    this.#monitor = monitor;
    room.on("entered", (joined) => (this.#joined = joined));
    room.on("gone", (participant) => this.#meter.forget(participant));
    monitor.on("round", () => this.#report());
  }

  /** Whether there was a call that can be rated. */
  get rateable() {
    return Boolean(this.#joined?.reservation);
  }

  /**
   * Say what one thinks of the call; a second time changes nothing.
   * @param {Quality} quality
   * @throws {DeadlineError | TypeError} where the server was not reached
   * @returns {Promise<boolean>} whether it is known now
   */
  async rate(quality) {
    const response = await this.#post("calls", "rating", { quality });
    return response.ok || response.status === 409;
  }

  async #report() {
    const interval = (performance.now() - this.#last) / 1000;
    if (this.#enough || !this.rateable || interval < Math.max(INTERVAL, SECONDS_EACH * this.#room.size)) return;
    this.#last = performance.now();
    const peers = this.#room.links.flatMap(({ participant, peer }) => (peer?.connected ? [{ participant, peer }] : []));
    try {
      const all = await Promise.all(
        peers.map(async ({ participant, peer }) => {
          const report = await withDeadline(peer.getStats(), DEADLINE, "getStats");
          return this.#meter.measure(participant, report.values(), this.#monitor.now);
        }),
      );
      const samples = all.flat().slice(0, MOST_SAMPLES);
      if (samples.length === 0) return;
      const { status } = await this.#post("robot/calls", "statistics", { interval, samples });
      this.#enough = ENOUGH.has(status);
    } catch (error) {
      // One report less; the next one comes in ten seconds.
      if (!(error instanceof DeadlineError || error instanceof TypeError || error instanceof DOMException)) throw error;
    }
  }

  /**
   * @param {string} collection
   * @param {string} name
   * @param {object} body
   * @returns {Promise<Response>}
   */
  #post(collection, name, body) {
    const { participant, secret, reservation } = /** @type {Joined} */ (this.#joined);
    return fetch(`/api/v1/${collection}/${reservation}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${participant}.${secret}` },
      body: JSON.stringify(body),
      signal: abortedAfter(DEADLINE),
    });
  }
}
