/**
 * Records the call in this browser: all pictures of the page side by side, and all voices mixed. Nothing goes to the server.
 *
 * The file grows in a place that its owner chooses, where the browser can do that; else it is kept in pieces, which
 * browsers put on the disk, and handed over at the end.
 */

import { withDeadline } from "./timing.js";

/** @import { Outgoing } from "./outgoing.js" */
/** @import { Room } from "./room.js" */

/**
 * What the page needs of the browser's file picker, which only some have (WICG file-system-access).
 * @typedef {object} Sink
 * @property {(part: Blob) => Promise<void>} write
 * @property {() => Promise<void>} close
 * @property {() => Promise<void>} abort
 * @typedef {(options: object) => Promise<{createWritable: () => Promise<Sink>}>} Picker
 */

const WIDTH = 1280;
const HEIGHT = 720;
const FPS = 15;
const PIECE = 2_000;
/** What a disk has not taken after so many milliseconds it does not take any more. */
const DEADLINE = 30_000;
/** So many bytes from the beginning are kept here too: a full disk takes back all that was written to the chosen file. */
const MOST_KEPT = 512 * 2 ** 20;
const TYPES = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];

export class Recorder {
  #canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  #audio = new AudioContext();
  #mix = this.#audio.createMediaStreamDestination();
  /** @type {Map<MediaStreamTrack, MediaStreamAudioSourceNode>} */
  #voices = new Map();
  /** @type {Blob[]} */
  #pieces = [];
  #kept = 0;
  /** @type {Promise<void>} the pieces are written one after another */
  #written = Promise.resolve();
  #recorder;
  #timer;
  #room;
  #outgoing;
  #name;
  #sink;
  #onFailure;

  /**
   * @param {Room} room
   * @param {Outgoing} outgoing
   * @param {string} name of the file, without its ending
   * @param {Sink | null} sink as `choose` gave it
   * @param {() => void} onFailure no more can be recorded, so that it should be stopped
   */
  constructor(room, outgoing, name, sink, onFailure) {
    this.#room = room;
    this.#outgoing = outgoing;
    this.#name = name;
    this.#sink = sink;
    this.#onFailure = onFailure;
    const tracks = [...this.#canvas.captureStream(FPS).getTracks(), ...this.#mix.stream.getTracks()];
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
    this.#recorder = new MediaRecorder(new MediaStream(tracks), { mimeType });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#take(data));
    this.#recorder.addEventListener("error", onFailure);
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), 1000 / FPS);
    this.#recorder.start(PIECE);
  }

  /**
   * Let the person say where the file goes, where the browser can write there piece by piece.
   * @param {string} name of the file, without its ending
   * @returns {Promise<Sink | null>}
   * @throws {DOMException} where he changes his mind
   */
  static async choose(name) {
    /** @type {Picker | undefined} */
    const pick = Reflect.get(window, "showSaveFilePicker");
    if (!pick) return null;
    const file = await pick.call(window, { suggestedName: `${name}.webm` });
    return file.createWritable();
  }

  /**
   * End it at once, and put the file where it belongs.
   * @returns {Promise<boolean>} false where that failed; then what there is was handed over
   */
  async stop() {
    clearInterval(this.#timer);
    try {
      await withDeadline(this.#end(), DEADLINE, "the last piece of the recording");
      await this.#written;
      if (this.#sink) await withDeadline(this.#sink.close(), DEADLINE, "the recording's file");
      else this.#handOver();
      return true;
    } catch {
      this.#sink?.abort().catch(() => undefined);
      this.#handOver();
      return false;
    } finally {
      await this.#audio.close();
    }
  }

  async #end() {
    if (this.#recorder.state === "inactive") return; // it has failed
    const stopped = new Promise((resolve) => this.#recorder.addEventListener("stop", resolve, { once: true }));
    this.#recorder.stop();
    await stopped;
  }

  /** @param {Blob} data */
  #take(data) {
    const sink = this.#sink;
    if (!sink || this.#kept < MOST_KEPT) this.#pieces.push(data);
    this.#kept += data.size;
    if (!sink) return;
    this.#written = this.#written.then(() => withDeadline(sink.write(data), DEADLINE, "a piece of the recording"));
    this.#written.catch(this.#onFailure);
  }

  #handOver() {
    const type = this.#recorder.mimeType;
    const url = URL.createObjectURL(new Blob(this.#pieces, { type }));
    const ending = type.startsWith("video/mp4") ? "mp4" : "webm";
    Object.assign(document.createElement("a"), { href: url, download: `${this.#name}.${ending}` }).click();
    this.#pieces = [];
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** One picture of everybody who is shown, and the voices of all who are there now. */
  #draw() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.fillStyle = "#10171d";
    context.fillRect(0, 0, WIDTH, HEIGHT);
    const shown = [...document.querySelectorAll(".tile")].filter((tile) => tile instanceof HTMLElement && !tile.hidden);
    const columns = Math.ceil(Math.sqrt(shown.length || 1));
    const rows = Math.ceil((shown.length || 1) / columns);
    const [width, height] = [WIDTH / columns, HEIGHT / rows];
    shown.forEach((tile, index) => {
      drawTile(context, tile, (index % columns) * width, Math.floor(index / columns) * height, width, height);
    });
    this.#listen();
  }

  #listen() {
    const remote = this.#room.links.flatMap(({ tracks }) => tracks.map(({ track }) => track));
    const own = this.#outgoing.tracks.map(({ track }) => track);
    const now = new Set([...remote, ...own].filter(({ kind, readyState }) => kind === "audio" && readyState === "live"));
    for (const [track, voice] of this.#voices) {
      if (now.has(track)) continue;
      voice.disconnect();
      this.#voices.delete(track);
    }
    for (const track of now) {
      if (this.#voices.has(track)) continue;
      const voice = this.#audio.createMediaStreamSource(new MediaStream([track]));
      voice.connect(this.#mix);
      this.#voices.set(track, voice);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Element} tile
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function drawTile(context, tile, x, y, width, height) {
  const video = tile.querySelector("video");
  if (video && video.videoWidth > 0 && !video.classList.contains("is-off")) {
    const scale = Math.min(width / video.videoWidth, height / video.videoHeight);
    const [w, h] = [video.videoWidth * scale, video.videoHeight * scale];
    context.drawImage(video, x + (width - w) / 2, y + (height - h) / 2, w, h);
  }
  context.fillStyle = "#f2f6f9";
  context.font = "24px system-ui, sans-serif";
  context.fillText(tile.querySelector(".tile-name")?.textContent ?? "", x + 12, y + height - 14, width - 24);
}
