/** Keeps a phone's screen on during a call (W3C Screen Wake Lock); without it the phone does as it is set. */

export class Awake {
  #wanted = false;
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  constructor() {
    // The browser lets go whenever the page is not seen.
    document.addEventListener("visibilitychange", () => this.#take());
  }

  /** @param {boolean} wanted whether the screen is to stay on from now on */
  set wanted(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) this.#take();
    else this.#release();
  }

  async #take() {
    if (!this.#wanted || document.visibilityState !== "visible") return;
    try {
      const lock = await navigator.wakeLock?.request("screen");
      this.#release();
      this.#lock = lock ?? null;
      if (!this.#wanted) this.#release(); // the call was left meanwhile
    } catch (error) {
      // Refused where the battery is low; then there is nothing to do.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  #release() {
    this.#lock?.release();
    this.#lock = null;
  }
}
