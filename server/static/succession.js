/**
 * The connections to one participant: the one that is seen and heard, and the one that takes its place once it works,
 * so that a replacement makes before it breaks.
 */

import { Watchdog } from "./watchdog.js";

/** @import { Peer } from "./peer.js" */

export class Succession {
  /** @type {Peer | null} what is seen and heard */
  current = null;
  /** @type {Peer | null} */
  #next = null;
  /** The current peer was connected once: its last picture stays until the next one has a better. */
  #established = false;
  /** @type {Watchdog | null} listens to the current one */
  #watchdog = null;
  #onSilence;

  /** @param {(peer: Peer, silent: boolean) => void} onSilence the current one has fallen silent, or is heard again */
  constructor(onSilence) {
    this.#onSilence = onSilence;
  }

  /** The one that is being made, or else the one that works. */
  get newest() {
    return this.#next ?? this.current;
  }

  /** Both, as far as they are there. */
  get all() {
    return [this.current, this.#next].filter((peer) => peer !== null);
  }

  /** Whether something comes through. */
  get connected() {
    return (this.current?.connected ?? false) && !this.#watchdog?.silent;
  }

  /** @param {Peer} peer the newest from now on; the current one too, where there is none that ever worked */
  add(peer) {
    this.#next?.close();
    this.#next = null;
    if (this.#established) {
      this.#next = peer;
    } else {
      this.current?.close();
      this.current = peer;
    }
  }

  /** @param {Peer} peer the newest, which is connected: it takes its place */
  promote(peer) {
    this.#established = true;
    if (peer === this.#next) this.current?.close();
    this.current = peer;
    this.#next = null;
    this.#watchdog?.close();
    const watchdog = new Watchdog(
      () => peer.received(),
      () => this.#onSilence(peer, watchdog.silent),
    );
    this.#watchdog = watchdog;
  }

  /** The current one was heard again: it stays. */
  keep() {
    this.#next?.close();
    this.#next = null;
  }

  /** Take the current one for silent until something more comes. */
  doubt() {
    this.#watchdog?.doubt();
  }

  close() {
    this.#watchdog?.close();
    for (const peer of this.all) peer.close();
    this.current = this.#next = null;
  }
}
