/**
 * What this side sends: camera and microphone; while it shares its screen, the screen in the camera's place, and the
 * sound of the computer together with the voice. So there are never more than two tracks, and nothing is negotiated anew.
 */

import { Emitter } from "./events.js";
import { Mix } from "./mix.js";

/** @import { Devices } from "./devices.js" */
/** @import { LocalTrack } from "./peer.js" */
/** @import { Media } from "./wire.js" */

const SCREEN = { video: { frameRate: { ideal: 15, max: 30 } }, audio: true };

/**
 * `change`: other tracks, one of them switched on or off, or the hand raised or lowered.
 * @extends {Emitter<{change: undefined}>}
 */
export class Outgoing extends Emitter {
  /** @type {MediaStreamTrack | null} */
  #screen = null;
  /** @type {Mix | null} where the browser gives the computer's sound */
  #mix = null;
  #hand = false;
  #closed = false;
  #devices;

  /** @param {Devices} devices */
  constructor(devices) {
    super();
    this.#devices = devices;
    devices.on("change", () => {
      this.#mix?.speak(devices.track("microphone"));
      this.emit("change", undefined);
    });
  }

  /** @returns {LocalTrack[]} */
  get tracks() {
    const sound = this.#mix?.track ?? this.#devices.track("microphone");
    const picture = this.#screen ?? this.#devices.track("camera");
    return [
      ...(sound ? [/** @type {LocalTrack} */ ({ source: "microphone", track: sound })] : []),
      ...(picture ? [/** @type {LocalTrack} */ ({ source: "camera", track: picture })] : []),
    ];
  }

  /** @returns {Media} what is sent now */
  get media() {
    return {
      audio: this.#mix !== null || this.#devices.isOn("microphone"),
      video: this.sharing || this.#devices.isOn("camera"),
      screen: this.sharing,
      hand: this.#hand,
    };
  }

  /** Whether our hand is raised. */
  get hand() {
    return this.#hand;
  }

  set hand(raised) {
    this.#hand = raised;
    this.emit("change", undefined);
  }

  get sharing() {
    return this.#screen !== null;
  }

  /** Ask for a screen and send it. @throws {DOMException} where the person or the browser refuses */
  async share() {
    const stream = await navigator.mediaDevices.getDisplayMedia(SCREEN);
    if (this.#closed) {
      for (const track of stream.getTracks()) track.stop(); // the question stood longer than the call
      return;
    }
    this.#end();
    const [picture] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    if (!picture) return;
    picture.contentHint = "detail"; // letters sharp rather than fluent
    picture.addEventListener("ended", () => picture === this.#screen && this.stopSharing());
    this.#screen = picture;
    if (sound) this.#mix = new Mix(sound, this.#devices.track("microphone"));
    this.emit("change", undefined);
  }

  /** The camera again. */
  stopSharing() {
    this.#end();
    this.emit("change", undefined);
  }

  /** Release everything, for good. */
  close() {
    this.#closed = true;
    this.#end();
    this.#devices.close();
  }

  #end() {
    this.#screen?.stop();
    this.#mix?.close();
    this.#screen = this.#mix = null;
  }
}
