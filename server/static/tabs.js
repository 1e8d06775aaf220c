/** One call per browser: the tab that joins last takes over from the one before, as the same participant. */

import { pause } from "./timing.js";

/** @import { Signaling } from "./signaling.js" */

/** A tab answers at once, even in the background. */
const PATIENCE = 300;

/** @typedef {{room: string, resume: string | null}} Word with null: who is in this room, hand over */

export class Tabs {
  #channel = new BroadcastChannel("call");
  #room;

  /** @param {string} room as `join` names it */
  constructor(room) {
    this.#room = room;
  }

  /**
   * Ask the other tabs; the server tells the one that was in the room that it is replaced.
   * @param {Signaling} signaling
   */
  async takeOver(signaling) {
    const answered = new AbortController();
    this.#hear((resume) => {
      if (resume === null) return;
      signaling.resume = resume;
      answered.abort();
    });
    this.#channel.postMessage(/** @type {Word} */ ({ room: this.#room, resume: null }));
    await pause(PATIENCE, answered.signal);
  }

  /**
   * From now on hand over to whoever asks.
   * @param {Signaling} signaling
   */
  hold(signaling) {
    this.#hear((resume) => {
      const own = signaling.resume;
      if (resume === null && own !== null) this.#channel.postMessage({ room: this.#room, resume: own });
    });
  }

  /** @param {(resume: string | null) => void} listener in the place of the one before */
  #hear(listener) {
    this.#channel.onmessage = ({ data }) => {
      const { room, resume } = /** @type {Word} */ (data);
      if (room === this.#room) listener(resume);
    };
  }
}
