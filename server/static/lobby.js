/** Before the call: the guest's name, his picture, and whether camera, microphone and network work. */

import { browserOf, isInsideApp } from "./browser.js";
import { copies } from "./copying.js";
import { byId } from "./dom.js";
import { LevelMeter } from "./level.js";
import { words } from "./lobby_texts.js";
import { tryIceServers } from "./network.js";
import { texts } from "./texts.js";
import { DeadlineError, abortedAfter, withDeadline } from "./timing.js";

/** @import { Devices } from "./devices.js" */
/** @import { IceServer } from "./wire.js" */

/** Somebody who does not answer the browser's question may come in without camera and microphone. */
const QUESTION_DEADLINE = 20_000;
const REQUEST_DEADLINE = 10_000;
const REMEMBERED_NAME = "name";

export class Lobby {
  #form = byId("lobby-form", HTMLFormElement);
  #name = byId("name", HTMLInputElement);
  #enter = byId("enter", HTMLButtonElement);
  #notice = byId("devices-notice", HTMLElement);
  #video = byId("preview", HTMLVideoElement);
  #open = true;
  /** @type {Promise<void>} the button was pressed */
  #submitted;
  #devices;
  /** @type {LevelMeter | null} */
  #level = null;
  /** @type {MediaStreamTrack | undefined} whose level is shown */
  #measured;

  /**
   * @param {Devices} devices
   * @param {string} room as `join` names it
   */
  constructor(devices, room) {
    this.#devices = devices;
    // What was typed in this window, or else the name in the invitation, or else that of the last visit.
    const typed = sessionStorage.getItem(REMEMBERED_NAME);
    this.#name.value = typed || this.#name.value || (localStorage.getItem(REMEMBERED_NAME) ?? "");
    byId("inside-app", HTMLElement).hidden = !isInsideApp(navigator.userAgent);
    copies(byId("copy-address", HTMLButtonElement), location.href);
    const test = byId("network-test", HTMLButtonElement);
    test.addEventListener("click", async () => {
      test.disabled = true;
      byId("network-notice", HTMLElement).textContent = words.network.trying;
      byId("network-notice", HTMLElement).textContent = await networkVerdict(room);
      test.disabled = false;
    });
    devices.on("change", () => this.#refresh());
    this.#submitted = new Promise((resolve) => {
      this.#form.addEventListener("submit", (event) => {
        event.preventDefault(); // at no time may the browser send it: the name would be in the address
        resolve();
      });
    });
  }

  /**
   * Open the devices and show them.
   */
  async prepare() {
    this.#notice.textContent = words.asking;
    await withDeadline(this.#devices.open(), QUESTION_DEADLINE, "camera and microphone").catch((error) => {
      if (!(error instanceof DeadlineError)) throw error;
    });
    this.#refresh();
    this.#enter.disabled = false;
  }

  /**
   * Wait for the guest to come in. That has no deadline: it is a person's choice.
   */
  async entered() {
    await this.#submitted;
    this.#enter.disabled = true;
    this.#enter.textContent = words.joining;
  }

  get name() {
    return this.#name.value.trim();
  }

  /** The guest is in: keep the name for the next time, and stop watching. */
  close() {
    for (const storage of [sessionStorage, localStorage]) storage.setItem(REMEMBERED_NAME, this.name);
    this.#open = false;
    this.#level?.close();
    this.#level = null;
    this.#video.srcObject = null;
  }

  /** Show the own picture, how loud the own voice is, and what is wrong. */
  #refresh() {
    if (!this.#open) return;
    const camera = this.#devices.track("camera");
    const shown = this.#video.srcObject instanceof MediaStream ? this.#video.srcObject.getTracks()[0] : undefined;
    if (camera !== shown) this.#video.srcObject = camera ? new MediaStream([camera]) : null;
    this.#video.classList.toggle("is-off", !this.#devices.isOn("camera"));
    this.#measure(this.#devices.track("microphone"));
    this.#notice.textContent = this.#verdict();
  }

  /** @param {MediaStreamTrack | undefined} microphone */
  #measure(microphone) {
    if (microphone === this.#measured) return;
    this.#measured = microphone;
    this.#level?.close();
    const meter = byId("level", HTMLMeterElement);
    meter.hidden = !microphone;
    this.#level = microphone ? new LevelMeter(meter, microphone) : null;
  }

  #verdict() {
    const problems = [...this.#devices.problems];
    if (problems.length === 0) return this.#devices.track("camera") ? words.ready : "";
    const said = problems.map(([device, problem]) => `${texts.devices[device]}: ${words.problems[problem]}`);
    const denied = problems.some(([, problem]) => problem === "denied");
    return [...said, ...(denied ? [words.allow[browserOf(navigator.userAgent)]] : [])].join("\n");
  }
}

/**
 * @param {string} room
 * @returns {Promise<string>} what the guest's network is good for, in words
 */
async function networkVerdict(room) {
  const said = words.network;
  /** @type {readonly IceServer[]} */
  let servers;
  try {
    const answer = await fetch(`/api/v1/rooms/${room}/ice_servers`, { signal: abortedAfter(REQUEST_DEADLINE) });
    if (!answer.ok) return said.refused;
    servers = (await answer.json()).items;
  } catch {
    return said.offline;
  }
  const { stun, turn } = await tryIceServers(servers);
  if (turn) return said.good;
  if (turn === null) return stun === false ? said.blocked : said.reached;
  return stun === false ? said.blocked : said.noRelay;
}
