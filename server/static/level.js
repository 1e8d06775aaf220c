/** A meter that shows how loud a microphone is, so that its owner sees that it works. */

const INTERVAL = 100;

export class LevelMeter {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #timer;

  /**
   * @param {HTMLMeterElement} meter from 0 to 1
   * @param {MediaStreamTrack} track
   */
  constructor(meter, track) {
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    meter.hidden = false;
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#timer = setInterval(() => {
      // A browser may hold the sound back until the first touch of the page.
      if (this.#context.state === "suspended") this.#context.resume().catch(() => undefined);
      this.#analyser.getFloatTimeDomainData(samples);
      // Speech peaks far below full scale; the root spreads it over the meter.
      meter.value = Math.sqrt(Math.max(...samples.map(Math.abs)));
    }, INTERVAL);
  }

  /** Stop listening. */
  close() {
    clearInterval(this.#timer);
    this.#context.close();
  }
}
