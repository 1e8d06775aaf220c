/** The ladder by scripts of samples, two seconds apart. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Ladder, STEPS } from "../../server/static/ladder.js";

const OFF = STEPS.length - 1;
const PLENTY = { kbps: 900, estimated_kbps: 2500, loss_percent: 0 };

/** Runs a ladder on a network; `network` is given the step and the time. */
class Run {
  now = 0;
  ladder = new Ladder(0);
  /** @type {[number, number][]} when it came to which step */
  changes = [];

  for(seconds, network) {
    for (const end = this.now + seconds; this.now < end; ) {
      this.now += 2;
      const before = this.ladder.step;
      const { video, voice } = network(STEPS[before], this.now);
      this.ladder.look(video, voice, this.now);
      assert.ok(Math.abs(this.ladder.step - before) <= 1, "one step at a time");
      if (this.ladder.step !== before) this.changes.push([this.now, this.ladder.step]);
    }
    return this.ladder.step;
  }
}

/** A path that carries so much, and a congestion control that finds it. */
function path(kbps) {
  return ({ active, maxBitrate }) => {
    const sent = active ? Math.min((maxBitrate ?? 2_000_000) / 1000, kbps) : 0;
    return { video: { kbps: sent, estimated_kbps: Math.min(kbps, 1.5 * sent + 40), loss_percent: 0 }, voice: {} };
  };
}
const lossy = (percent) => () => ({ video: { ...PLENTY, loss_percent: percent }, voice: { loss_percent: percent } });

test("with plenty it stays at full size", () => assert.equal(new Run().for(120, path(3000)), 0));

test("what a new connection says while it settles is no judgement", () => {
  assert.equal(new Run().for(8, path(100)), 0);
});

for (const [kbps, step] of [[500, 1], [300, 2], [150, 3], [80, 4], [30, OFF]]) {
  test(`on ${kbps} kbit/s it comes to step ${step} and is there most of the time`, () => {
    const run = new Run();
    run.for(40, path(kbps));
    const spent = Array.from({ length: 200 }, () => run.for(2, path(kbps)));
    const there = spent.filter((each) => each === step).length / spent.length;
    assert.ok(there > 0.7, `${there} of the time, ${JSON.stringify(run.changes)}`);
  });
}

test("the rate goes first, then the size, then the frame rate, then the picture", () => {
  for (const [above, below] of STEPS.slice(1).map((step, number) => [STEPS[number], step])) {
    if (!below.active) continue;
    assert.ok(below.maxBitrate < (above.maxBitrate ?? Infinity));
    assert.ok(below.scaleResolutionDownBy >= above.scaleResolutionDownBy);
    assert.ok((below.maxFramerate ?? 30) <= (above.maxFramerate ?? 30));
  }
  assert.equal(STEPS[1].scaleResolutionDownBy, 1);
  assert.equal(STEPS[2].maxFramerate, undefined);
});

test("up again by itself, all the way", () => {
  const run = new Run();
  assert.equal(run.for(60, path(30)), OFF);
  assert.equal(run.for(120, path(3000)), 0);
});

test("losses alone take the picture away too, and sound's losses keep it away", () => {
  const run = new Run();
  assert.equal(run.for(60, lossy(20)), OFF);
  assert.equal(run.for(60, () => ({ video: undefined, voice: { loss_percent: 20 } })), OFF);
  assert.equal(run.for(100, lossy(0)), 0);
});

test("one bad look changes nothing", () => {
  const run = new Run();
  run.for(20, lossy(0));
  for (let time = 0; time < 10; time += 1) {
    run.for(2, lossy(30));
    run.for(2, lossy(0));
  }
  assert.equal(run.ladder.step, 0);
});

test("between the marks it stays where it is", () => {
  const run = new Run();
  run.for(16, lossy(20));
  const { step } = run.ladder;
  assert.ok(step > 0);
  assert.equal(run.for(100, lossy(8)), step);
});

test("who is sent little is not taken for a weak network", () => {
  const muted = () => ({ video: { kbps: 5, estimated_kbps: 300, loss_percent: 0 }, voice: {} });
  assert.equal(new Run().for(100, muted), 0);
});

test("a step up that must be taken back is tried less and less often, but no more than all 80 s", () => {
  const run = new Run();
  const narrow = ({ maxBitrate, active }) =>
    active && (maxBitrate ?? Infinity) <= 400_000 ? lossy(0)() : lossy(20)();
  run.for(600, narrow);
  const ups = run.changes.filter(([, step], index) => step < (run.changes[index - 1]?.[1] ?? 0)).map(([at]) => at);
  const pauses = ups.slice(1).map((at, index) => at - ups[index]);
  assert.ok(pauses[1] > pauses[0] && pauses[2] > pauses[1], JSON.stringify(pauses));
  assert.ok(Math.max(...pauses) <= 90, JSON.stringify(pauses));
});

test("a fresh connection settles first, on the step of the old one", () => {
  const run = new Run();
  run.for(40, path(150));
  const { step } = run.ladder;
  run.ladder.settle(run.now);
  assert.equal(run.for(8, path(20)), step);
});
