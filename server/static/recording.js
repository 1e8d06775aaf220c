/** Recording: the button that staff have, and the sign and the sound by which everybody knows of it. */

import { byId } from "./dom.js";
import { Recorder } from "./recorder.js";
import { texts } from "./texts.js";

/** @import { Outgoing } from "./outgoing.js" */
/** @import { Room } from "./room.js" */

const TONES = [0, 0.25];
const HERTZ = 988;
const TONE = 0.2;

export class Recording {
  /** Whether the others are told that this page records. */
  on = false;
  #button = byId("record", HTMLButtonElement);
  #sign = byId("recording-sign", HTMLElement);
  /** @type {Recorder | null} */
  #recorder = null;
  /** @type {Map<string, string>} who records, by participant */
  #others = new Map();
  #room;
  #outgoing;
  #tell;

  /**
   * @param {Room} room
   * @param {Outgoing} outgoing
   * @param {() => Promise<unknown>} tell tells the room whether this page records; fails where it must not
   */
  constructor(room, outgoing, tell) {
    this.#room = room;
    this.#outgoing = outgoing;
    this.#tell = tell;
    this.#button.hidden = true;
    room.on("entered", ({ may_record }) => this.allow(may_record ?? false));
    room.on("participant", ({ id, name, media }) => this.#note(id, media?.recording ? name : null));
    room.on("gone", (participant) => this.#note(participant, null));
    window.addEventListener("beforeunload", (event) => {
      if (this.on) event.preventDefault(); // the file would be lost
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
    try {
      const sink = await Recorder.choose(name);
      this.#set(true);
      await this.#tell();
      // It may have been forbidden while the others were told.
      if (this.on) this.#recorder = new Recorder(this.#room, this.#outgoing, name, sink);
    } catch {
      // He has changed his mind, or the server does not allow it or is not there.
      this.#set(false);
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
    await recorder?.stop();
    await this.#tell().catch(() => undefined);
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
    if (this.#others.size > before) beep();
    this.#show();
  }

  #show() {
    const [name] = this.#others.values();
    const words = this.on ? texts.recording.own : name ? texts.recording.others(name) : "";
    if (this.#sign.textContent !== words) this.#sign.textContent = words;
  }
}

/** Two short high tones, unlike the chime of somebody who comes. The page was touched before, so the browser plays them. */
function beep() {
  const context = new AudioContext();
  for (const start of TONES) {
    const tone = new OscillatorNode(context, { frequency: HERTZ });
    tone.connect(new GainNode(context, { gain: 0.2 })).connect(context.destination);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + TONE);
    if (start === TONES.at(-1)) tone.addEventListener("ended", () => context.close());
  }
}
