/** When a connection counts as silent, by scripts of looks, half a second apart. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { INTERVAL, Silence } from "../../server/static/silence.js";

/** A connection on which media flowed for two seconds. */
function talking() {
  const silence = new Silence(0, -2_000);
  for (let look = 1; look <= 4; look++) silence.look(20_000 * look, -2_000 + INTERVAL * look);
  return silence;
}

/** Look so often without anything new; milliseconds until it is silent. */
function after(silence, bytes, looks) {
  for (let look = 1; look <= looks; look++) {
    silence.look(bytes, INTERVAL * look);
    if (silence.silent) return INTERVAL * look;
  }
  return Infinity;
}

test("where media flowed silence is found within three seconds", () => {
  const found = after(talking(), 80_000, 20);
  assert.ok(found >= 2_000 && found <= 3_000, `${found} ms`);
});

test("reports alone may be lost for a while", () => {
  const silence = new Silence(0, 0);
  silence.look(300, 1);
  const found = after(silence, 300, 40);
  assert.ok(found >= 9_000 && found <= 11_000, `${found} ms`);
});

test("what is heard again is not silent", () => {
  const silence = talking();
  after(silence, 80_000, 10);
  assert.ok(silence.silent);
  silence.look(80_100, 6_000);
  assert.ok(!silence.silent);
});

test("a page that was asleep knows nothing of that time", () => {
  const silence = talking();
  silence.look(80_000, 600_000);
  assert.ok(!silence.silent);
});

test("doubt lasts until something comes", () => {
  const silence = talking();
  silence.doubt();
  silence.look(80_000, 500);
  assert.ok(silence.silent);
  silence.look(80_500, 1_000);
  assert.ok(!silence.silent);
});
