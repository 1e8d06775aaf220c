/** One track of two: the computer's sound, and the voice in front of it. */

export class Mix {
  #context = new AudioContext();
  #out = this.#context.createMediaStreamDestination();
  /** @type {MediaStreamAudioSourceNode | null} */
  #voice = null;
  #sound;

  /**
   * @param {MediaStreamTrack} sound
   * @param {MediaStreamTrack | undefined} voice
   */
  constructor(sound, voice) {
    this.#sound = sound;
    this.#context.createMediaStreamSource(new MediaStream([sound])).connect(this.#out);
    this.speak(voice);
  }

  get track() {
    return this.#out.stream.getAudioTracks()[0];
  }

  /** @param {MediaStreamTrack | undefined} voice another microphone, or none */
  speak(voice) {
    if (this.#voice?.mediaStream.getAudioTracks()[0] === voice) return;
    this.#voice?.disconnect();
    this.#voice = voice ? this.#context.createMediaStreamSource(new MediaStream([voice])) : null;
    this.#voice?.connect(this.#out);
  }

  /** Release the computer's sound; the microphone lives on. */
  close() {
    this.#sound.stop();
    this.#context.close();
  }
}
