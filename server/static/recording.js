/** Recording: the button that staff have, and the sign and the sound by which everybody knows of it. */

import { byId } from "./dom.js";
import { Recorder } from "./recorder.js";
import { texts } from "./texts.js";

/** @import { Outgoing } from "./outgoing.js" */
/** @import { Sink } from "./recorder.js" */
/** @import { Room } from "./room.js" */
/** @import { Speaker } from "./speaker.js" */

/** Two short high tones, unlike the chime of somebody who comes. */
const TONES = [
  { hertz: 988, start: 0, length: 0.2 },
  { hertz: 988, start: 0.25, length: 0.2 },
];

export class Recording {
  /** Whether the others are told that this page records. */
  on = false;
  #button = byId("record", HTMLButtonElement);
  #sign = byId("recording-sign", HTMLElement);
  #notice = byId("recording-notice", HTMLElement);
  /** @type {Recorder | null} */
  #recorder = null;
  /** @type {Map<string, string>} who records, by participant */
  #others = new Map();
  #room;
  /** How many files are not written to their end yet. */
  #unsaved = 0;
  #outgoing;
  #speaker;
  #tell;

  /**
   * @param {Room} room
   * @param {Outgoing} outgoing
   * @param {Speaker} speaker
   * @param {() => Promise<unknown>} tell tells the room whether this page records; fails where it must not
   */
  constructor(room, outgoing, speaker, tell) {
    this.#room = room;
    this.#outgoing = outgoing;
    this.#speaker = speaker;
    this.#tell = tell;
    this.#button.hidden = true;
    room.on("entered", ({ may_record }) => this.allow(may_record ?? false));
    room.on("participant", ({ id, name, media }) => this.#note(id, media?.recording ? name : null));
    room.on("gone", (participant) => this.#note(participant, null));
    window.addEventListener("beforeunload", (event) => {
      if (this.on || this.#unsaved > 0) event.preventDefault(); // the file would be lost
    });
    this.#button.addEventListener("click", () => (this.on ? this.stop() : this.#start()));
  }

  /**
   * Where it is not allowed (any more), what was recorded until now is kept.
   * @param {boolean} allowed
   */
  allow(allowed) {
    this.#button.hidden = !allowed;
    if (!allowed) this.stop();
  }

  /** First everybody is told, and only then anything is recorded. */
  async #start() {
    const name = `${document.title} ${new Date().toLocaleString("sv").replaceAll(":", ".")}`.replaceAll(/[\\/:*?"<>|]/g, "-");
    this.#button.disabled = true;
    this.#notice.textContent = "";
    /** @type {Sink | null} */
    let sink = null;
    try {
      sink = await Recorder.choose(name);
      this.#set(true);
      await this.#tell();
      // The call may have been left, or recording forbidden, while the others were told.
      if (this.on) this.#recorder = new Recorder(this.#room, this.#outgoing, name, sink, () => this.stop());
      else await sink?.abort();
    } catch (error) {
      // He has changed his mind; or the server does not allow it or is not there, or the browser cannot do it.
      this.#set(false);
      const minded = error instanceof DOMException && error.name === "AbortError";
      this.#notice.textContent = minded ? "" : texts.recording.notBegun;
      sink?.abort().catch(() => undefined);
      await this.#tell().catch(() => undefined);
    }
    this.#button.disabled = false;
  }

  /** End it and keep the file; nothing where nothing is recorded. */
  async stop() {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (!this.on) return;
    this.#set(false);
    this.#unsaved += 1;
    const saved = recorder?.stop() ?? true; // nothing more is recorded, though its file takes a while
    await this.#tell().catch(() => undefined);
    if (!(await saved)) this.#notice.textContent = texts.recording.notWritten;
    this.#unsaved -= 1;
  }

  /** @param {boolean} on */
  #set(on) {
    this.on = on;
    this.#button.ariaPressed = String(on);
    this.#show();
  }

  /**
   * @param {string} participant
   * @param {string | null} name null: he does not record
   */
  #note(participant, name) {
    const before = this.#others.size;
    if (name === null) this.#others.delete(participant);
    else this.#others.set(participant, name);
    if (this.#others.size > before) this.#speaker.play(TONES);
    this.#show();
  }

  #show() {
    const [name] = this.#others.values();
    const words = this.on ? texts.recording.own : name ? texts.recording.others(name) : "";
    if (this.#sign.textContent !== words) this.#sign.textContent = words;
  }
}
