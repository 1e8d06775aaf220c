/** Camera, microphone and screen, where a script is the browser that gives and takes them. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Devices } from "../../server/static/devices.js";
import { Outgoing } from "../../server/static/outgoing.js";
import { settled } from "./script.js";

/** What is plugged in, by kind. */
let plugged;
let asked;
const media = new EventTarget();

class Track extends EventTarget {
  enabled = true;
  readyState = "live";

  constructor(kind, label) {
    super();
    Object.assign(this, { kind, label });
  }

  stop() {
    this.readyState = "ended";
  }

  unplug() {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

function getUserMedia(wanted) {
  asked += 1;
  const kinds = ["audio", "video"].filter((kind) => wanted[kind]);
  const exact = (kind) => wanted[kind].deviceId?.exact;
  const label = (kind) => plugged[kind].find((each) => !exact(kind) || each === exact(kind));
  const tracks = kinds.map((kind) => label(kind) && new Track(kind, label(kind)));
  if (tracks.includes(undefined)) return Promise.reject(new DOMException("none", "NotFoundError"));
  return Promise.resolve({ getTracks: () => tracks });
}

Object.assign(media, { getUserMedia });
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: media }, configurable: true });
globalThis.localStorage = { getItem: () => null, setItem: () => undefined };
beforeEach(() => {
  plugged = { audio: ["headset", "built in"], video: ["webcam"] };
  asked = 0;
});

async function open() {
  const devices = new Devices();
  const lost = [];
  devices.on("lost", (device) => lost.push([device, devices.track(device)?.label]));
  await devices.open();
  return { devices, lost };
}

test("a headset that is unplugged is replaced, still muted, and that is told", async () => {
  const { devices, lost } = await open();
  devices.toggle("microphone");
  plugged.audio = ["built in"];
  devices.track("microphone").unplug();
  await settled();
  assert.deepEqual(lost, [["microphone", "built in"]]);
  assert.equal(devices.isOn("microphone"), false);
});

test("where there is no other camera that is told, and it is back when it is plugged in again", async () => {
  const { devices, lost } = await open();
  plugged.video = [];
  devices.track("camera").unplug();
  await settled();
  assert.deepEqual(lost, [["camera", undefined]]);
  assert.equal(devices.problems.get("camera"), "missing");
  plugged.video = ["webcam"];
  media.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(devices.track("camera").label, "webcam");
});

test("after the call no device is asked for", async () => {
  const { devices } = await open();
  plugged.video = [];
  devices.track("camera").unplug();
  await settled();
  devices.close();
  const before = asked;
  media.dispatchEvent(new Event("devicechange"));
  await settled();
  assert.equal(asked, before);
});

test("a screen that was chosen after the call had ended is not shared", async () => {
  const { devices } = await open();
  const outgoing = new Outgoing(devices);
  const screen = new Track("video", "screen");
  let choose;
  Object.assign(media, { getDisplayMedia: () => new Promise((resolve) => (choose = resolve)) });
  const sharing = outgoing.share();
  outgoing.close();
  choose({ getTracks: () => [screen], getVideoTracks: () => [screen], getAudioTracks: () => [] });
  await sharing;
  assert.equal(screen.readyState, "ended");
  assert.equal(outgoing.sharing, false);
});
