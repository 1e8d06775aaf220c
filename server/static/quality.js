/** PURE: how good the connection to one participant is, in three steps that do not flicker. */

/** @import { Sample } from "./statistics.js" */

/** @typedef {"good" | "weak" | "bad"} Quality */

const ORDER = /** @type {const} */ (["good", "weak", "bad"]);
/** So many looks in a row must be worse, or better, before that is said. */
const WORSE = 2;
const BETTER = 5;
/** A camera that is off sends a black picture now and then, in less than this. */
const LEAST_KBPS = 30;

/**
 * From where on something is weak, and from where on it is bad.
 * @type {{value: (sample: Sample) => number | undefined, weak: number, bad: number}[]}
 */
const MARKS = [
  { value: (sample) => sample.loss_percent, weak: 5, bad: 15 },
  { value: (sample) => sample.round_trip_ms, weak: 600, bad: 1500 },
  { value: (sample) => sample.concealed_percent, weak: 5, bad: 20 },
];

/** Judges one participant's connection, look by look. */
export class Judge {
  /** @type {Quality} */
  quality = "good";
  /** @type {Quality[]} the last looks, newest last */
  #looks = [];
  /** @type {number | undefined} */
  #frozen;

  /**
   * @param {readonly Sample[]} samples of one look; none where the connection is gone
   * @param {number} seconds since the last look
   * @returns {Quality}
   */
  look(samples, seconds) {
    this.#looks = [...this.#looks, this.#step(samples, seconds)].slice(-BETTER);
    const rank = (/** @type {Quality} */ quality) => ORDER.indexOf(quality);
    const now = rank(this.quality);
    const least = Math.min(...this.#looks.slice(-WORSE).map(rank));
    const most = Math.max(...this.#looks.map(rank));
    if (this.#looks.length >= WORSE && least > now) this.quality = ORDER[least] ?? "bad";
    else if (this.#looks.length === BETTER && most < now) this.quality = ORDER[most] ?? "good";
    return this.quality;
  }

  /**
   * @param {readonly Sample[]} samples
   * @param {number} seconds
   * @returns {Quality}
   */
  #step(samples, seconds) {
    if (samples.length === 0) return "bad";
    const still = this.#still(samples) / seconds;
    const slow = samples.some(isSlow);
    const over = (/** @type {"weak" | "bad"} */ step) =>
      MARKS.some((mark) => samples.some((sample) => (mark.value(sample) ?? 0) >= mark[step]));
    if (over("bad") || still > 0.5) return "bad";
    return over("weak") || still > 0.1 || slow ? "weak" : "good";
  }

  /**
   * @param {readonly Sample[]} samples
   * @returns {number} for how many seconds the picture stood still since the last look
   */
  #still(samples) {
    const after = samples.find(({ frozen_seconds }) => frozen_seconds !== undefined)?.frozen_seconds;
    const before = this.#frozen;
    this.#frozen = after;
    return after === undefined || before === undefined ? 0 : Math.max(0, after - before);
  }
}

/** @param {Sample} sample */
function isSlow({ kind, direction, kbps, fps }) {
  return kind === "video" && direction === "received" && kbps >= LEAST_KBPS && (fps ?? 0) < 8;
}

/**
 * Whose network it is: where all connections are weak it is our own; where one of several is, the other one's.
 * @param {ReadonlyMap<string, Quality>} qualities by participant
 * @returns {{quality: Quality, whose: "ours" | "theirs" | "unknown"}}
 */
export function together(qualities) {
  const all = [...qualities.values()];
  const quality = [...ORDER].reverse().find((step) => all.includes(step)) ?? "good";
  const troubled = all.filter((each) => each !== "good").length;
  const whose = all.length < 2 ? "unknown" : troubled === all.length ? "ours" : "theirs";
  return { quality, whose };
}
