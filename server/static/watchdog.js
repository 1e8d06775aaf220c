/** Listens whether anything comes over a connection: a browser says so only after many seconds, if at all. */

import { INTERVAL, Silence } from "./silence.js";

export class Watchdog {
  /** @type {Silence | null} */
  #silence = null;
  #timer;
  #count;
  #tell;

  /**
   * @param {() => Promise<number>} count how many bytes have come so far
   * @param {() => void} tell it has fallen silent, or is heard again
   */
  constructor(count, tell) {
    this.#count = count;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  get silent() {
    return this.#silence?.silent ?? false;
  }

  /** Take the connection for silent until something more comes. */
  doubt() {
    this.#silence?.doubt();
  }

  close() {
    clearInterval(this.#timer);
  }

  async #look() {
    const bytes = await this.#count();
    this.#silence ??= new Silence(bytes, performance.now());
    const before = this.silent;
    this.#silence.look(bytes, performance.now());
    if (this.silent !== before) this.#tell();
  }
}
