/** The sign by scripts of looks: what is seen in each, and what is said after it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Judge, together } from "../../server/static/quality.js";

const VIDEO = { direction: "received", kind: "video", kbps: 900, fps: 25, loss_percent: 0, frozen_seconds: 0 };
const AUDIO = { direction: "received", kind: "audio", kbps: 30, concealed_percent: 0 };
const FINE = [VIDEO, AUDIO];
const LOSSY = [{ ...VIDEO, loss_percent: 7 }, AUDIO];
const TORN = [VIDEO, { ...AUDIO, concealed_percent: 30 }];

/** What is said after each of these looks. */
function said(...looks) {
  const judge = new Judge();
  return looks.map((samples) => judge.look(samples, 2)[0]).join("");
}

test("one bad look is not said, two are, and good again after five", () => {
  assert.equal(said(FINE, LOSSY, FINE, FINE), "gggg");
  assert.equal(said(FINE, LOSSY, LOSSY, FINE, FINE, FINE, FINE, FINE), "ggwwwwwg");
  assert.equal(said(TORN, TORN, LOSSY, LOSSY, LOSSY, LOSSY, LOSSY), "gbbbbbw");
});

test("a look that is now and then bad is no end of trouble", () => {
  assert.equal(said(LOSSY, LOSSY, FINE, FINE, FINE, FINE, LOSSY, FINE, FINE, FINE, FINE), "gwwwwwwwwww");
});

test("no connection is bad", () => assert.equal(said(FINE, [], []), "ggb"));

test("a long way, a torn sound, a slow picture", () => {
  for (const [sample, step] of [
    [{ ...AUDIO, round_trip_ms: 700 }, "w"],
    [{ ...AUDIO, round_trip_ms: 1600 }, "b"],
    [{ ...AUDIO, concealed_percent: 6 }, "w"],
    [{ ...VIDEO, fps: 5 }, "w"],
    [{ ...VIDEO, fps: 1, kbps: 4 }, "g"],
    [{ ...VIDEO, loss_percent: 16 }, "b"],
  ]) {
    assert.equal(said([sample], [sample]).at(-1), step, JSON.stringify(sample));
  }
});

test("how long the picture stood still counts by its growth", () => {
  const frozen = (seconds) => [{ ...VIDEO, frozen_seconds: seconds }];
  assert.equal(said(frozen(50), frozen(50), frozen(50)), "ggg");
  assert.equal(said(frozen(0), frozen(0.5), frozen(1)), "ggw");
  assert.equal(said(frozen(0), frozen(1.5), frozen(3)), "ggb");
  assert.equal(said(frozen(9), frozen(0), frozen(0)), "ggg"); // a new connection
});

test("whose network it is", () => {
  const of = (...qualities) => together(new Map(qualities.map((quality, number) => [String(number), quality])));
  assert.deepEqual(of(), { quality: "good", whose: "unknown" });
  assert.deepEqual(of("bad"), { quality: "bad", whose: "unknown" });
  assert.deepEqual(of("weak", "bad"), { quality: "bad", whose: "ours" });
  assert.deepEqual(of("good", "weak"), { quality: "weak", whose: "theirs" });
});
