/** What was written, over a reload of the page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../../server/static/chat.js";
import { Emitter } from "../../server/static/events.js";

/** A page's chat with what this tab has kept; `resumable` says whether it comes back as the same participant. */
function load(kept, resumable) {
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const signaling = Object.assign(new Emitter(), { resumable, send: () => Promise.resolve() });
  const room = new Emitter();
  const chat = new Chat(signaling, room, storage, "a-link");
  room.emit("participant", { id: "1", name: "Juan" });
  return { chat, signaling };
}

test("the same participant finds what was written, a new one and one that left do not", async () => {
  const kept = new Map();
  const before = load(kept, false);
  before.signaling.emit("chat", { from: "1", text: "Hola", at: "2026-11-20T12:00:00Z" });
  await before.chat.send("¿Qué tal?");
  const { chat } = load(kept, true);
  assert.deepEqual(chat.lines.map(({ sender, text }) => [sender, text]), [["Juan", "Hola"], [null, "¿Qué tal?"]]);
  assert.equal(chat.lines[0].at.toISOString(), "2026-11-20T12:00:00.000Z");
  assert.deepEqual(load(kept, false).chat.lines, []);
  chat.forget();
  assert.equal(kept.size, 0);
});

test("a hundred lines are kept, however long a visit is", async () => {
  const kept = new Map();
  const { chat } = load(kept, false);
  for (let number = 0; number < 150; number += 1) await chat.send(String(number));
  assert.deepEqual(load(kept, true).chat.lines.map(({ text }) => text).slice(0, 2), ["50", "51"]);
});
