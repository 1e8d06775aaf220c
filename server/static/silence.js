/**
 * When a connection has fallen silent: so long that it had better be replaced. Without a browser.
 *
 * Media come many times a second, and reports (RFC 3550, section 6.2) go on where nobody sends media, if seldom. So
 * what counts as silence depends on what came before it. The robot judges by the same figures (transport/silence.py).
 */

/** Milliseconds between two looks. */
export const INTERVAL = 500;
const PATIENCE = 2_500;
const LONG_PATIENCE = 10_000;
/** What one look may add to the silence: a page in the background is woken late, and knows nothing of that time. */
const LONGEST_STEP = 2 * INTERVAL;
/** Bytes in two seconds: half the sound of one participant, several times what reports need. */
const MEDIA = 4_000;
const RECENT = 2_000 / INTERVAL;

export class Silence {
  /** @type {number[]} */
  #recent = [];
  #silentFor = 0;
  #bytes;
  #looked;

  /**
   * @param {number} bytes received so far
   * @param {number} now in milliseconds
   */
  constructor(bytes, now) {
    this.#bytes = bytes;
    this.#looked = now;
  }

  /** Whether nothing has come for too long. */
  get silent() {
    const media = this.#recent.reduce((sum, bytes) => sum + bytes, 0) >= MEDIA;
    return this.#silentFor >= (media ? PATIENCE : LONG_PATIENCE);
  }

  /**
   * Count what has come until now.
   * @param {number} bytes received in all
   * @param {number} now in milliseconds
   */
  look(bytes, now) {
    const elapsed = now - this.#looked;
    this.#looked = now;
    if (bytes === this.#bytes) {
      this.#silentFor += Math.min(elapsed, LONGEST_STEP);
    } else {
      this.#recent = [...this.#recent, Math.max(0, bytes - this.#bytes)].slice(-RECENT);
      this.#bytes = bytes;
      this.#silentFor = 0;
    }
  }

  /** Take it for silent until something more comes. */
  doubt() {
    this.#silentFor = LONG_PATIENCE;
  }
}
