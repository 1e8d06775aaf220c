/** Before the call: the guest's name, his picture, and whether camera and microphone work. */

import { byId } from "./dom.js";
import { LevelMeter } from "./level.js";
import { texts } from "./texts.js";
import { DeadlineError, withDeadline } from "./timing.js";

/** @import { Devices } from "./devices.js" */

/** Somebody who does not answer the browser's question may come in without camera and microphone. */
const QUESTION_DEADLINE = 20_000;
const REMEMBERED_NAME = "name";

export class Lobby {
  #form = byId("lobby-form", HTMLFormElement);
  #name = byId("name", HTMLInputElement);
  #enter = byId("enter", HTMLButtonElement);
  #notice = byId("devices-notice", HTMLElement);
  #video = byId("preview", HTMLVideoElement);
  #devices;
  /** @type {LevelMeter | null} */
  #level = null;

  /**
   * @param {Devices} devices
   */
  constructor(devices) {
    this.#devices = devices;
    // What was typed in this window, or else the name in the invitation, or else that of the last visit.
    const typed = sessionStorage.getItem(REMEMBERED_NAME);
    this.#name.value = typed || this.#name.value || (localStorage.getItem(REMEMBERED_NAME) ?? "");
  }

  /**
   * Open the devices and show them.
   */
  async prepare() {
    this.#notice.textContent = texts.asking;
    await withDeadline(this.#devices.open(), QUESTION_DEADLINE, "camera and microphone").catch((error) => {
      if (!(error instanceof DeadlineError)) throw error;
    });
    this.#notice.textContent = this.#verdict();
    const tracks = this.#devices.localTracks.map(({ track }) => track);
    if (tracks.length > 0) this.#video.srcObject = new MediaStream(tracks);
    const microphone = tracks.find(({ kind }) => kind === "audio");
    if (microphone) this.#level = new LevelMeter(byId("level", HTMLMeterElement), microphone);
    this.#enter.disabled = false;
  }

  /** Show the own picture, or that the camera is off. */
  refresh() {
    this.#video.classList.toggle("is-off", !this.#devices.isOn("camera"));
  }

  /**
   * Wait for the guest to come in. That has no deadline: it is a person's choice.
   * @returns {Promise<string>} his name
   */
  entered() {
    return new Promise((resolve) => {
      this.#form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#enter.disabled = true;
        this.#enter.textContent = texts.joining;
        resolve(this.name);
      });
    });
  }

  get name() {
    return this.#name.value.trim();
  }

  /** The guest is in: keep the name for the next time, and stop watching. */
  close() {
    for (const storage of [sessionStorage, localStorage]) storage.setItem(REMEMBERED_NAME, this.name);
    this.#level?.close();
    this.#level = null;
    this.#video.srcObject = null;
  }

  #verdict() {
    const problems = [...this.#devices.problems].map(
      ([device, problem]) => `${texts.devices[device]}: ${texts.problems[problem]}`,
    );
    return problems.join("\n") || (this.#devices.localTracks.length > 0 ? texts.ready : "");
  }
}
