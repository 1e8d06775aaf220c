/** The loudspeaker that everything on the page is played on, where the browser lets one choose (W3C Audio Output). */

import { DeadlineError, withDeadline } from "./timing.js";

/** @typedef {{hertz: number, start: number, length: number, shape?: OscillatorType}} Tone `start` and `length` in seconds */

const CHOSEN = "speaker";
/** Milliseconds after which tones that are not over never began. */
const LONGEST = 5_000;
/** Two rising tones. */
const CHIME = [
  { hertz: 660, start: 0, length: 0.6 },
  { hertz: 880, start: 0.3, length: 0.9 },
];

export class Speaker {
  /** Whether there is a choice at all: not in Safari. */
  supported = "setSinkId" in HTMLMediaElement.prototype;

  constructor() {
    // Whatever begins to play, here or in another module, plays there. `play` does not bubble, but it is captured.
    document.addEventListener("play", ({ target }) => this.#direct(target), true);
  }

  get chosen() {
    return localStorage.getItem(CHOSEN) ?? "";
  }

  /**
   * Play on this one, now and at the next visit.
   * @param {string} id
   */
  choose(id) {
    localStorage.setItem(CHOSEN, id);
    for (const element of document.querySelectorAll("audio, video")) this.#direct(element);
  }

  /** Play two tones, so that somebody hears whether he will hear. Returns when they have been played. */
  test() {
    return this.play(CHIME);
  }

  /** @param {readonly Tone[]} tones to be played, as far as the browser does so before the page was touched */
  async play(tones) {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const audio = new Audio();
    audio.srcObject = out.stream;
    try {
      await this.#direct(audio);
      await withDeadline(audio.play(), LONGEST, "the speaker");
      await withDeadline(Promise.all(tones.map((tone) => ring(context, out, tone))), LONGEST, "the tones");
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof DeadlineError)) throw error;
    } finally {
      audio.srcObject = null;
      await context.close();
    }
  }

  /** @param {EventTarget | null} element */
  async #direct(element) {
    if (!this.supported || !(element instanceof HTMLMediaElement) || element.sinkId === this.chosen) return;
    // One that was unplugged meanwhile: the browser goes on with its own choice.
    await element.setSinkId(this.chosen).catch(() => undefined);
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} out
 * @param {Tone} tone
 * @returns {Promise<unknown>} when it has ended
 */
function ring(context, out, { hertz, start, length, shape = "sine" }) {
  const tone = new OscillatorNode(context, { type: shape, frequency: hertz });
  const volume = new GainNode(context, { gain: 0.3 });
  const begin = context.currentTime + start;
  volume.gain.setTargetAtTime(0, begin, length / 4);
  tone.connect(volume).connect(out);
  tone.start(begin);
  tone.stop(begin + length);
  return new Promise((resolve) => tone.addEventListener("ended", resolve));
}
