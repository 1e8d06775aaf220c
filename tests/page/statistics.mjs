/** Samples out of reports that look like a browser's. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Meter } from "../../server/static/statistics.js";

const NOW = new Date("2026-11-20T12:00:00Z");

/** A report so many seconds into the call, on a path with 2 % loss. */
function report(seconds) {
  const timestamp = 1000 * seconds;
  return [
    { id: "C", type: "codec", timestamp, mimeType: "video/VP8" },
    { id: "A", type: "codec", timestamp, mimeType: "audio/opus" },
    { id: "T", type: "transport", timestamp, selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", timestamp, availableOutgoingBitrate: 1_200_000, currentRoundTripTime: 0.08 },
    { id: "S", type: "media-source", timestamp, audioLevel: 0.25 },
    { id: "R", type: "remote-inbound-rtp", timestamp, packetsLost: 3, fractionLost: 0.02, jitter: 0.004, roundTripTime: 0.12 },
    {
      id: "OV", type: "outbound-rtp", timestamp, kind: "video", codecId: "C", transportId: "T", remoteId: "R",
      bytesSent: 100_000 * seconds, framesEncoded: 25 * seconds, frameWidth: 640, frameHeight: 480,
      nackCount: 4, pliCount: 1, firCount: 0, retransmittedPacketsSent: 5,
    },
    {
      id: "OA", type: "outbound-rtp", timestamp, kind: "audio", codecId: "A", transportId: "T", remoteId: "R",
      mediaSourceId: "S", bytesSent: 4_000 * seconds,
    },
    {
      id: "IV", type: "inbound-rtp", timestamp, kind: "video", codecId: "C", bytesReceived: 50_000 * seconds,
      framesDecoded: 20 * seconds, packetsReceived: 98 * seconds, packetsLost: 2 * seconds, jitter: 0.01,
      freezeCount: 2, totalFreezesDuration: 1.5, retransmittedPacketsReceived: 6,
    },
    {
      id: "IA", type: "inbound-rtp", timestamp, kind: "audio", codecId: "A", bytesReceived: 4_000 * seconds,
      packetsReceived: 50 * seconds, packetsLost: 0, jitter: 0.002, totalSamplesReceived: 48_000 * seconds,
      concealedSamples: 1_440 * seconds, silentConcealedSamples: 960 * seconds, audioLevel: 0.5,
      jitterBufferDelay: 4_800 * seconds, jitterBufferEmittedCount: 48_000 * seconds,
    },
  ];
}

function measured(...reports) {
  const meter = new Meter();
  const samples = reports.map((each) => meter.measure("p1", each, NOW)).at(-1);
  return Object.fromEntries(samples.map((sample) => [`${sample.direction} ${sample.kind}`, sample]));
}

test("the first look gives nothing, the second one rates", () => {
  assert.deepEqual(measured(report(1)), {});
  const found = measured(report(1), report(3));
  assert.deepEqual(Object.keys(found).sort(), ["received audio", "received video", "sent audio", "sent video"]);
  assert.deepEqual(found["sent video"], {
    at: "2026-11-20T12:00:00.000Z", peer: "p1", direction: "sent", kind: "video", codec: "VP8", kbps: 800, width: 640,
    height: 480, fps: 25, nacks: 4, keyframe_requests: 1, packets_lost: 3, loss_percent: 2, jitter_ms: 4,
    round_trip_ms: 120, retransmissions: 5, estimated_kbps: 1200,
  });
  const { kbps, fps, loss_percent, freezes, frozen_seconds } = found["received video"];
  assert.deepEqual([kbps, fps, loss_percent, freezes, frozen_seconds], [400, 20, 2, 2, 1.5]);
  assert.equal(found["sent audio"].audio_level, 0.25);
});

test("silence that is filled is not counted as guessed sound, and delay is per sample", () => {
  const { concealed_percent, jitter_buffer_ms, audio_level } = measured(report(1), report(3))["received audio"];
  assert.deepEqual([concealed_percent, jitter_buffer_ms, audio_level], [1, 100, 0.5]);
});

test("a new connection begins anew", () => {
  const after = (seconds) => report(seconds).map((entry) => ({ ...entry, timestamp: 1000 * (9 + seconds) }));
  assert.deepEqual(measured(report(9), after(2)), {});
  assert.equal(measured(report(9), after(2), after(4))["sent video"].kbps, 800);
});

test("of two pictures the one that carries more", () => {
  const small = (seconds) => ({ ...report(seconds)[6], id: "OV2", bytesSent: 10 * seconds });
  assert.equal(measured([small(1), ...report(1)], [small(3), ...report(3)])["sent video"].kbps, 800);
});

test("two peers with the same ids are two, and who left is forgotten", () => {
  const meter = new Meter();
  meter.measure("p1", report(1), NOW);
  assert.deepEqual(meter.measure("p2", report(3), NOW), []);
  meter.forget("p1");
  assert.deepEqual(meter.measure("p1", report(3), NOW), []);
});

test("what a connection has no more is forgotten", () => {
  const meter = new Meter();
  meter.measure("p1", report(1), NOW);
  meter.measure("p1", [], NOW);
  assert.deepEqual(meter.measure("p1", report(5), NOW), []);
});
