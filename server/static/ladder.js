/**
 * PURE: how much picture the network to one participant carries, as steps of a ladder: rate, then size, then frame rate,
 * then none. Sound is never taken away: it is what the room on the network is kept for.
 *
 * Down after two looks, so that one bad second changes nothing. Up by itself after a time without trouble; each step up that
 * had to be taken back doubles that time.
 */

/** @import { Sample } from "./statistics.js" */

/**
 * @typedef {object} Step
 * @property {boolean} active whether there is a picture at all
 * @property {number} [maxBitrate] bits per second
 * @property {number} scaleResolutionDownBy
 * @property {number} [maxFramerate]
 * @property {number} least kilobits per second: with less for everything, the next step down is better
 */

/** @type {readonly Step[]} */
export const STEPS = [
  { active: true, scaleResolutionDownBy: 1, least: 700 },
  { active: true, maxBitrate: 800_000, scaleResolutionDownBy: 1, least: 450 },
  { active: true, maxBitrate: 400_000, scaleResolutionDownBy: 2, least: 220 },
  { active: true, maxBitrate: 180_000, scaleResolutionDownBy: 3, maxFramerate: 15, least: 110 },
  { active: true, maxBitrate: 80_000, scaleResolutionDownBy: 4, maxFramerate: 8, least: 60 },
  { active: false, scaleResolutionDownBy: 4, least: 0 },
];
const OFF = STEPS.length - 1;
/** Looks in a row that call for a step down; more before the picture goes altogether. */
const BAD_LOOKS = 2;
const BAD_LOOKS_TO_OFF = 4;
/** A new connection finds its rate in this time; what it says before is no judgement of the network. */
const SETTLING = 10;
const PATIENCE = 10;
const LONGEST_PATIENCE = 80;
/** A step up that lasts so long was right. */
const PROVED = 30;
const LOSSY = 12;
const CLEAN = 4;

export class Ladder {
  /** Index in STEPS. */
  step = 0;
  #bad = 0;
  /** Seconds on the clock of the caller. */
  #began;
  #clean;
  /** @type {number | null} when the last step up was taken that is not proved yet */
  #climbed = null;
  #patience = PATIENCE;

  /** @param {number} now seconds */
  constructor(now) {
    this.#began = now;
    this.#clean = now;
  }

  get off() {
    return this.step === OFF;
  }

  /** A fresh connection has to find its rate again. @param {number} now */
  settle(now) {
    this.#began = this.#clean = now;
    this.#bad = 0;
  }

  /**
   * @param {Sample | undefined} sent the video that went to this participant since the last look
   * @param {Sample | undefined} voice the sound that went to him
   * @param {number} now seconds
   * @returns {Step} what to send from now on
   */
  look(sent, voice, now) {
    const loss = Math.max(sent?.loss_percent ?? 0, voice?.loss_percent ?? 0);
    if (now - this.#began >= SETTLING) {
      if (loss >= LOSSY || this.#starves(sent)) this.#trouble(now);
      else this.#calm(sent, loss, now);
    }
    return this.current;
  }

  /** @returns {Step} */
  get current() {
    return /** @type {Step} */ (STEPS[this.step]);
  }

  /** Whether all that the network gives is used, and it is too little. @param {Sample | undefined} sent */
  #starves(sent) {
    const estimate = sent?.estimated_kbps;
    if (estimate === undefined || this.off) return false;
    return estimate < this.current.least && (sent?.kbps ?? 0) > 0.6 * estimate;
  }

  /** @param {number} now */
  #trouble(now) {
    this.#bad += 1;
    this.#clean = now;
    if (this.off || this.#bad < (this.step === OFF - 1 ? BAD_LOOKS_TO_OFF : BAD_LOOKS)) return;
    if (this.#climbed !== null) this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE);
    this.#climbed = null;
    this.#bad = 0;
    this.step += 1;
  }

  /**
   * @param {Sample | undefined} sent
   * @param {number} loss percent
   * @param {number} now
   */
  #calm(sent, loss, now) {
    this.#bad = 0;
    if (this.#climbed !== null && now - this.#climbed >= PROVED) {
      this.#climbed = null;
      this.#patience = PATIENCE;
    }
    if (loss > CLEAN || !this.#hasRoom(sent)) this.#clean = now;
    if (this.step === 0 || now - this.#clean < this.#patience) return;
    this.step -= 1;
    this.#climbed = this.#clean = now;
  }

  /** Whether the network gives more than this step takes. @param {Sample | undefined} sent */
  #hasRoom(sent) {
    const estimate = sent?.estimated_kbps;
    const cap = this.current.maxBitrate;
    return estimate === undefined || cap === undefined || this.off || estimate > (1.1 * cap) / 1000;
  }
}
