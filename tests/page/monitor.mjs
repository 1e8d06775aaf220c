/** Looks at connections, one of which ends while it is looked at. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Adaptation } from "../../server/static/adaptation.js";
import { Emitter } from "../../server/static/events.js";
import { INTERVAL, Monitor } from "../../server/static/monitor.js";
import { settled } from "./script.js";

test("who leaves while he is looked at does not come back by that look", async ({ mock }) => {
  mock.timers.enable({ apis: ["setInterval"] });
  let answer;
  const peer = { connected: true, sender: () => undefined, getStats: () => new Promise((resolve) => (answer = resolve)) };
  const link = { participant: "juan", connected: true, peer };
  const room = Object.assign(new Emitter(), { links: [link] });
  const monitor = new Monitor(room);
  new Adaptation(monitor, room);
  const rounds = [];
  monitor.on("round", ({ looks }) => rounds.push(looks.map(({ link: { participant } }) => participant)));
  mock.timers.tick(INTERVAL);
  answer(new Map());
  await settled();
  mock.timers.tick(INTERVAL);
  room.links = [];
  room.emit("gone", "juan");
  answer(new Map());
  await settled();
  assert.deepEqual(rounds, [["juan"], []]);
});
