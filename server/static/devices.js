/** This side's camera and microphone: opening, changing, switching off, and losing them. */

import { Emitter } from "./events.js";

/** @typedef {"camera" | "microphone"} Device */
/** @typedef {"denied" | "missing" | "busy"} Problem */

export const DEVICES = /** @type {Device[]} */ (["microphone", "camera"]);
const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * `change`: another device, none any more, or switched on or off. `lost`: one has ended, and another one is there or not.
 * @extends {Emitter<{change: undefined, lost: Device}>}
 */
export class Devices extends Emitter {
  /** @type {Map<Device, Problem>} why a device is not there */
  problems = new Map();
  /** @type {Map<Device, MediaStreamTrack>} */
  #tracks = new Map();
  /** @type {Set<Device>} switched off by the person, whichever device it is */
  #off = new Set();
  #closed = false;

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#recover());
  }

  /**
   * Ask for both at once, which is one question to the person; then one by one, so that one works without the other.
   * The wait for the person has no deadline here.
   */
  async open() {
    try {
      this.#take(await getUserMedia({ ...constraints("camera"), ...constraints("microphone") }));
    } catch {
      for (const device of DEVICES) await this.#openOne(device);
    }
  }

  /**
   * Use this one, now and at the next visit.
   * @param {Device} device
   * @param {string} id
   */
  async choose(device, id) {
    localStorage.setItem(device, id);
    await this.#openOne(device);
    const before = this.#tracks.get(device);
    if (!before || !this.problems.has(device)) return;
    before.stop(); // many a phone opens one camera at a time
    this.#tracks.delete(device);
    await this.#openOne(device);
  }

  /**
   * @param {Device} device
   * @returns {MediaStreamTrack | undefined}
   */
  track(device) {
    return this.#tracks.get(device);
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
    if (!track) return;
    track.enabled = !track.enabled;
    if (track.enabled) this.#off.delete(device);
    else this.#off.add(device);
    this.emit("change", undefined);
  }

  /** Release camera and microphone; their lights go out, and stay out. */
  close() {
    this.#closed = true;
    for (const track of this.#tracks.values()) track.stop();
    this.#tracks.clear();
  }

  /** @param {Device} device */
  async #openOne(device) {
    try {
      this.#take(await openChosen(device));
    } catch (error) {
      this.problems.set(device, problem(error));
      this.emit("change", undefined);
    }
  }

  /** @param {MediaStream} stream */
  #take(stream) {
    for (const track of stream.getTracks()) {
      if (this.#closed) {
        track.stop();
        continue;
      }
      const device = track.kind === "audio" ? "microphone" : "camera";
      track.enabled = !this.#off.has(device);
      track.addEventListener("ended", () => this.#lost(device, track));
      this.#tracks.get(device)?.stop();
      this.#tracks.set(device, track);
      this.problems.delete(device);
    }
    this.emit("change", undefined);
  }

  /**
   * Unplugged, or taken by another program: another one may be there.
   * @param {Device} device
   * @param {MediaStreamTrack} track
   */
  async #lost(device, track) {
    if (this.#tracks.get(device) !== track) return;
    this.#tracks.delete(device);
    await this.#openOne(device);
    this.emit("lost", device);
  }

  /** Something was plugged in or out: it may be what is missing. */
  #recover() {
    if (this.#closed) return;
    for (const [device, why] of [...this.problems]) if (why !== "denied") this.#openOne(device);
    this.emit("change", undefined);
  }
}

/**
 * @param {Device} device
 * @returns {Promise<MediaStream>} of the one that was chosen, or of any where that is not there any more
 */
async function openChosen(device) {
  try {
    return await getUserMedia(constraints(device));
  } catch (error) {
    if (problem(error) !== "missing") throw error;
    return getUserMedia(constraints(device, ""));
  }
}

/**
 * @param {Device} device
 * @param {string | null} chosen its id, or nothing
 * @returns {MediaStreamConstraints}
 */
function constraints(device, chosen = localStorage.getItem(device)) {
  // Not `ideal`: a camera that was not chosen would win by its size.
  const deviceId = chosen ? { deviceId: { exact: chosen } } : {};
  return device === "camera" ? { video: { ...VIDEO, ...deviceId } } : { audio: { ...AUDIO, ...deviceId } };
}

/**
 * @param {MediaStreamConstraints} wanted
 * @returns {Promise<MediaStream>}
 */
async function getUserMedia(wanted) {
  if (!navigator.mediaDevices) throw new DOMException("not a secure page", "NotAllowedError");
  return navigator.mediaDevices.getUserMedia(wanted);
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
