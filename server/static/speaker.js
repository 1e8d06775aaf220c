/** The loudspeaker that everything on the page is played on, where the browser lets one choose (W3C Audio Output). */

const CHOSEN = "speaker";
/** Two rising tones, in hertz and seconds. */
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
  async test() {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const audio = new Audio();
    audio.srcObject = out.stream;
    this.#direct(audio);
    await audio.play();
    const tones = CHIME.map((tone) => ring(context, out, tone));
    await Promise.all(tones);
    audio.srcObject = null;
    await context.close();
  }

  /** @param {EventTarget | null} element */
  #direct(element) {
    if (!this.supported || !(element instanceof HTMLMediaElement) || element.sinkId === this.chosen) return;
    // One that was unplugged meanwhile: the browser goes on with its own choice.
    element.setSinkId(this.chosen).catch(() => undefined);
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} out
 * @param {{hertz: number, start: number, length: number}} tone
 * @returns {Promise<unknown>} when it has ended
 */
function ring(context, out, { hertz, start, length }) {
  const tone = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: 0.3 });
  const begin = context.currentTime + start;
  volume.gain.setTargetAtTime(0, begin, length / 4);
  tone.connect(volume).connect(out);
  tone.start(begin);
  tone.stop(begin + length);
  return new Promise((resolve) => tone.addEventListener("ended", resolve));
}
