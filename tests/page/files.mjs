/** Files on their way out, over channels that a script opens and closes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../server/static/events.js";
import { Files } from "../../server/static/files.js";
import { Sending } from "../../server/static/sending.js";
import { channel, settled } from "./script.js";

const photo = (number) => new File(["x"], `${number}.jpg`);

/** A room with one other participant, and all channels that were opened to him. */
function opened() {
  const channels = [];
  const room = Object.assign(new Emitter(), {
    open: () => {
      const made = channel();
      channels.push(made);
      return made;
    },
  });
  const files = new Files(room);
  return { room, files, channels };
}

test("of ten photos eight are offered, and the next when one has ended", () => {
  const { files, channels } = opened();
  for (let number = 0; number < 10; number += 1) files.send("juan", photo(number));
  assert.equal(channels.length, 8);
  channels[3].hear({ type: "refuse", reason: "declined" });
  assert.equal(channels.length, 9);
  channels[0].hear({ type: "receipt", whole: true });
  assert.equal(channels.length, 10);
});

test("who leaves is offered nothing more, and each has his own eight", () => {
  const { room, files, channels } = opened();
  const states = [];
  files.on("sending", (sending) => sending.on("change", () => sending.open || states.push(sending.state)));
  for (let number = 0; number < 10; number += 1) for (const to of ["juan", "eva"]) files.send(to, photo(number));
  assert.equal(channels.length, 16);
  room.emit("gone", "juan");
  assert.deepEqual(states, Array(10).fill("gone"));
});

test("the end of a file is not told on a channel that has not begun it", async () => {
  const channels = [];
  const sending = new Sending("juan", new File([], "empty.txt"), () => {
    channels.push(channel());
    return channels.at(-1);
  });
  sending.connect();
  channels[0].open();
  channels[0].hear({ type: "accept", start: 0 });
  channels[0].close(); // while the digest is made
  channels[1].open();
  await settled();
  assert.deepEqual(channels[1].said, ["offer"]);
  channels[1].hear({ type: "accept", start: 0 });
  await settled();
  assert.deepEqual(channels[1].said, ["offer", "sent"]);
});
