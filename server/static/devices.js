/** This side's camera and microphone: opening them, and what of them is sent. */

/** @import { LocalTrack } from "./peer.js" */
/** @import { Media } from "./wire.js" */

/** @typedef {"camera" | "microphone"} Device */
/** @typedef {"denied" | "missing" | "busy"} Problem */

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** @type {Record<Device, MediaStreamConstraints>} */
const CONSTRAINTS = { camera: { video: VIDEO }, microphone: { audio: AUDIO } };

export class Devices {
  /** @type {Map<Device, Problem>} why a device is not there */
  problems = new Map();
  /** @type {Map<Device, MediaStreamTrack>} */
  #tracks = new Map();
  #sealed = false;

  /**
   * Ask for both at once, which is one question to the person; then one by one, so that one works without the other.
   * The wait for the person has no deadline here; what comes after `seal` is closed again.
   */
  async open() {
    try {
      this.#take(await getUserMedia({ video: VIDEO, audio: AUDIO }));
    } catch {
      for (const device of /** @type {Device[]} */ (["microphone", "camera"])) await this.#openOne(device);
    }
  }

  /** @returns {LocalTrack[]} */
  get localTracks() {
    return [...this.#tracks].map(([source, track]) => ({ source, track }));
  }

  /** @returns {Media} what is sent now */
  get media() {
    return { audio: this.isOn("microphone"), video: this.isOn("camera"), screen: false };
  }

  /** @param {Device} device */
  has(device) {
    return this.#tracks.has(device);
  }

  /** @param {Device} device */
  isOn(device) {
    return this.#tracks.get(device)?.enabled ?? false;
  }

  /**
   * Mute or unmute; a device that is off sends black or silence, so that switching needs no new connection.
   * @param {Device} device
   */
  toggle(device) {
    const track = this.#tracks.get(device);
    if (track) track.enabled = !track.enabled;
  }

  /** The call begins with what there is now. */
  seal() {
    this.#sealed = true;
  }

  /** Release camera and microphone; their lights go out. */
  close() {
    this.seal();
    for (const track of this.#tracks.values()) track.stop();
    this.#tracks.clear();
  }

  /** @param {Device} device */
  async #openOne(device) {
    try {
      this.#take(await getUserMedia(CONSTRAINTS[device]));
    } catch (error) {
      this.problems.set(device, problem(error));
    }
  }

  /** @param {MediaStream} stream */
  #take(stream) {
    for (const track of stream.getTracks()) {
      if (this.#sealed) track.stop();
      else this.#tracks.set(track.kind === "audio" ? "microphone" : "camera", track);
    }
  }
}

/**
 * @param {MediaStreamConstraints} constraints
 * @returns {Promise<MediaStream>}
 */
async function getUserMedia(constraints) {
  if (!navigator.mediaDevices) throw new DOMException("not a secure page", "NotAllowedError");
  return navigator.mediaDevices.getUserMedia(constraints);
}

/**
 * @param {unknown} error of getUserMedia (W3C Media Capture, section 10.3)
 * @returns {Problem}
 */
function problem(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "busy";
}
