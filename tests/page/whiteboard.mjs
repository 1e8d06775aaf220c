/** The whiteboard's own strokes, over a break that made us a new participant. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../server/static/events.js";
import { Whiteboard } from "../../server/static/whiteboard.js";

test("what was drawn before a break can be taken back after it, and stays our own", () => {
  const room = Object.assign(new Emitter(), { self: "before" });
  const whiteboard = new Whiteboard(room);
  whiteboard.begin("red", 5);
  whiteboard.move([10, 10, 20, 20]);
  const [{ pen }] = whiteboard.board.lines;
  room.self = "after";
  assert.ok(whiteboard.isOwn(pen) && whiteboard.isOwn("after.x"));
  assert.ok(!whiteboard.isOwn("somebody.x") && !whiteboard.isOwn("afterwards.x"));
  whiteboard.undo();
  assert.deepEqual(whiteboard.board.lines, []);
});
