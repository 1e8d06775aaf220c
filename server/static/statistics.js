/**
 * How good the media of a call are, as samples: rates over the time since the last look (W3C webrtc-stats). Knows no page.
 *
 * The fields have the names and units of `MediaSample` in the protocol, which the robot reports as well.
 */

/**
 * One medium in one direction to or from one participant.
 * @typedef {object} Sample
 * @property {string} at RFC 3339
 * @property {string} peer
 * @property {"sent" | "received"} direction
 * @property {"audio" | "video"} kind
 * @property {string} codec
 * @property {number} kbps
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [fps]
 * @property {number} [packets_lost] since the connection was made, as all counts
 * @property {number} [loss_percent] of the packets since the last look
 * @property {number} [jitter_ms]
 * @property {number} [round_trip_ms]
 * @property {number} [estimated_kbps] what congestion control allows for all that is sent to this peer
 * @property {number} [jitter_buffer_ms]
 * @property {number} [concealed_percent]
 * @property {number} [nacks]
 * @property {number} [keyframe_requests]
 * @property {number} [retransmissions]
 * @property {number} [freezes]
 * @property {number} [frozen_seconds]
 * @property {number} [audio_level] 0 to 1
 */

/** @typedef {Record<string, any>} Entry of an RTCStatsReport: browsers have more of them than their types say */

export class Meter {
  /** @type {Map<string, Map<string, Entry>>} the entries of the last look at each peer, by id */
  #last = new Map();

  /**
   * The samples of one connection since the last look at it; the first look gives none.
   * @param {string} peer
   * @param {Iterable<Entry>} report the values of an RTCStatsReport
   * @param {Date} now on the server's clock
   * @returns {Sample[]} at most one for each medium and direction: of several tracks, the one that carries most
   */
  measure(peer, report, now) {
    const entries = new Map([...report].map((entry) => [entry["id"], entry]));
    const last = this.#last.get(peer);
    this.#last.set(peer, entries);
    /** @type {Map<string, Sample>} */
    const found = new Map();
    for (const entry of entries.values()) {
      const before = last?.get(entry["id"]);
      const sample = before && sampleOf(peer, entries, before, entry, now);
      if (!sample) continue;
      const name = `${sample.direction} ${sample.kind}`;
      if (sample.kbps >= (found.get(name)?.kbps ?? -Infinity)) found.set(name, sample);
    }
    return [...found.values()];
  }

  /** @param {string} peer who left */
  forget(peer) {
    this.#last.delete(peer);
  }
}

/**
 * @param {string} peer
 * @param {Map<string, Entry>} entries
 * @param {Entry} before
 * @param {Entry} entry
 * @param {Date} now
 * @returns {Sample | null} null for what is no medium, or where a new connection counts from 0
 */
function sampleOf(peer, entries, before, entry, now) {
  const sent = entry["type"] === "outbound-rtp";
  const octets = sent ? "bytesSent" : "bytesReceived";
  const seconds = (entry["timestamp"] - before["timestamp"]) / 1000;
  if (!(sent || entry["type"] === "inbound-rtp") || seconds <= 0 || entry[octets] < before[octets]) return null;
  const grown = (/** @type {string} */ name) => (entry[name] ?? 0) - (before[name] ?? 0);
  const specific = sent ? sending(entries, entry) : receiving(entry, grown);
  return trimmed({
    at: now.toISOString(),
    peer,
    direction: sent ? "sent" : "received",
    kind: entry["kind"],
    codec: (entries.get(entry["codecId"])?.["mimeType"] ?? "").split("/").at(-1),
    kbps: (grown(octets) * 8) / 1000 / seconds,
    ...(entry["kind"] === "video" && {
      width: entry["frameWidth"],
      height: entry["frameHeight"],
      fps: grown(sent ? "framesEncoded" : "framesDecoded") / seconds,
      nacks: entry["nackCount"],
      keyframe_requests: (entry["pliCount"] ?? 0) + (entry["firCount"] ?? 0),
    }),
    ...specific,
  });
}

/**
 * @param {Map<string, Entry>} entries
 * @param {Entry} entry
 */
function sending(entries, entry) {
  const remote = entries.get(entry["remoteId"]) ?? {};
  const source = entries.get(entry["mediaSourceId"]) ?? {};
  const transport = entries.get(entry["transportId"]) ?? {};
  const pair = entries.get(transport["selectedCandidatePairId"]) ?? {};
  return {
    packets_lost: remote["packetsLost"] === undefined ? undefined : Math.max(0, remote["packetsLost"]),
    loss_percent: scaled(remote["fractionLost"], 100),
    jitter_ms: scaled(remote["jitter"], 1000),
    round_trip_ms: scaled(remote["roundTripTime"] ?? pair["currentRoundTripTime"], 1000),
    retransmissions: entry["retransmittedPacketsSent"],
    estimated_kbps: entry["kind"] === "video" ? scaled(pair["availableOutgoingBitrate"], 0.001) : undefined,
    audio_level: source["audioLevel"],
  };
}

/**
 * @param {Entry} entry
 * @param {(name: string) => number} grown
 */
function receiving(entry, grown) {
  const lost = Math.max(0, grown("packetsLost"));
  const expected = lost + grown("packetsReceived");
  const shared = {
    packets_lost: Math.max(0, entry["packetsLost"] ?? 0),
    loss_percent: expected > 0 ? (100 * lost) / expected : 0,
    jitter_ms: scaled(entry["jitter"], 1000),
    retransmissions: entry["retransmittedPacketsReceived"],
  };
  if (entry["kind"] === "video") {
    return { ...shared, freezes: entry["freezeCount"], frozen_seconds: entry["totalFreezesDuration"] };
  }
  return {
    ...shared,
    // Silence that fills a pause of the sender is concealed too, and heard by nobody.
    concealed_percent: share(grown("concealedSamples") - grown("silentConcealedSamples"), grown("totalSamplesReceived")),
    jitter_buffer_ms: 10 * share(grown("jitterBufferDelay"), grown("jitterBufferEmittedCount")),
    audio_level: entry["audioLevel"],
  };
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} percent
 */
function share(part, whole) {
  return whole > 0 ? (100 * Math.max(0, part)) / whole : 0;
}

/**
 * @param {number | undefined} value
 * @param {number} factor
 */
function scaled(value, factor) {
  return value === undefined ? undefined : value * factor;
}

/**
 * Without what the browser does not tell, and with three decimals.
 * @param {Record<string, string | number | undefined>} values
 * @returns {Sample}
 */
function trimmed(values) {
  const told = Object.entries(values).filter(([, value]) => value !== undefined);
  const rounded = told.map(([name, value]) => [name, typeof value === "number" ? Math.round(1000 * value) / 1000 : value]);
  return Object.fromEntries(rounded);
}
