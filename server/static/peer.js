/**
 * One RTCPeerConnection to one participant, from its first description to its close (RFC 8829, RFC 8838).
 *
 * A peer is never repaired: link.js replaces it by a new one with a fresh connection id.
 */

import { Emitter } from "./events.js";
import { rtcCandidate, rtcIceServer, wireCandidate } from "./ice.js";

/** @import { Answer, Candidate, ClientEvents, IceServer, Offer, Track } from "./wire.js" */

/**
 * @typedef {object} RemoteTrack
 * @property {string} participant whose track it is
 * @property {Track["source"]} source
 * @property {MediaStreamTrack} track
 */

/**
 * @typedef {object} LocalTrack
 * @property {Track["source"]} source
 * @property {MediaStreamTrack} track
 */

/**
 * What is told to the other side; the owner adds `to` and sends it.
 * @typedef {Pick<ClientEvents, "offer" | "answer" | "candidate">} PeerMessages
 */

/** @typedef {{connected: undefined, disconnected: undefined, failed: undefined}} PeerStates RTCPeerConnectionState */

/**
 * `tracks`: what is received changed. `channel`: the other side has opened one.
 * @typedef {PeerMessages & PeerStates & {tracks: undefined, channel: RTCDataChannel}} PeerEvents
 */

const EARLY_CANDIDATES = 100;

/** @extends {Emitter<PeerEvents>} */
export class Peer extends Emitter {
  /** @type {Record<string, Track>} the other side's map, by mid */
  #remoteMap = {};
  /** @type {Candidate[]} came before the description that they belong to */
  #early = [];
  /** @type {Map<Track["source"], RTCRtpSender>} */
  #senders = new Map();
  #self;
  #pc;

  /**
   * @param {string} self our participant's id
   * @param {string} connection the connection's id
   * @param {boolean} offerer whether this side makes the offers of this connection
   * @param {readonly IceServer[]} iceServers as the answer to `join` named them
   * @param {readonly LocalTrack[]} localTracks
   */
  constructor(self, connection, offerer, iceServers, localTracks) {
    super();
    this.#self = self;
    this.connection = connection;
    this.offerer = offerer;
    this.#pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: iceServers.map(rtcIceServer) });
    this.#pc.addEventListener("icecandidate", ({ candidate }) => this.emit("candidate", wireCandidate(connection, candidate)));
    this.#pc.addEventListener("connectionstatechange", () => this.#stateChanged());
    this.#pc.addEventListener("track", () => this.emit("tracks", undefined));
    this.#pc.addEventListener("datachannel", ({ channel }) => this.emit("channel", channel));
    /** In the first description already, so that further channels need no second one. */
    this.board = this.#pc.createDataChannel("board", { negotiated: true, id: 0 });
    this.#addTracks(localTracks);
  }

  get connected() {
    return this.#pc.connectionState === "connected";
  }

  /** Whether the other side has answered our offer, or we its. */
  get described() {
    return this.#pc.remoteDescription !== null;
  }

  /** What the other side sends; a track that its map does not name is not shown. @returns {RemoteTrack[]} */
  get tracks() {
    return this.#pc.getTransceivers().flatMap(({ mid, receiver }) => {
      const entry = mid === null ? undefined : this.#remoteMap[mid];
      return entry ? [{ ...entry, track: receiver.track }] : [];
    });
  }

  /** Describe what we send and want, and send it without waiting for the candidates. */
  async offer() {
    this.#preferVp8();
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    this.emit("offer", this.#description());
  }

  /**
   * Answer an offer of this connection; the offerer may send further ones.
   * @param {Offer} offer
   */
  async acceptOffer(offer) {
    await this.#takeDescription("offer", offer);
    this.#preferVp8();
    await this.#pc.setLocalDescription(await this.#pc.createAnswer());
    this.emit("answer", this.#description());
  }

  /** @param {Answer} answer */
  async acceptAnswer(answer) {
    await this.#takeDescription("answer", answer);
  }

  /** @param {Candidate} candidate */
  async addCandidate(candidate) {
    if (this.described) await this.#pc.addIceCandidate(rtcCandidate(candidate));
    else this.#early = [...this.#early, candidate].slice(-EARLY_CANDIDATES);
  }

  /** @returns {Promise<RTCStatsReport>} */
  getStats() {
    return this.#pc.getStats();
  }

  /**
   * What sends one of our sources, if anything does.
   * @param {Track["source"]} source
   */
  sender(source) {
    return this.#senders.get(source);
  }

  /**
   * Send these in the place of what is sent now; nothing is negotiated (W3C webrtc-pc, section 5.2.1).
   * @param {readonly LocalTrack[]} localTracks
   * @returns {Promise<boolean>} false where there is one that this connection has no place for
   */
  async replaceTracks(localTracks) {
    const wanted = new Map(localTracks.map(({ source, track }) => [source, track]));
    await Promise.all([...this.#senders].map(([source, sender]) => sender.replaceTrack(wanted.get(source) ?? null)));
    return [...wanted.keys()].every((source) => this.#senders.has(source));
  }

  /** How many bytes of media and reports have come so far. @returns {Promise<number>} */
  async received() {
    const stats = [...(await this.#pc.getStats()).values()];
    const of = (/** @type {string} */ type) => stats.filter((stat) => stat.type === type);
    const [transport] = of("transport");
    const carriers = transport?.bytesReceived === undefined ? of("candidate-pair") : [transport];
    return Math.max(0, ...carriers.map(({ bytesReceived }) => bytesReceived ?? 0));
  }

  /**
   * Open a channel, ordered and reliable.
   * @param {string} label
   */
  open(label) {
    return this.#pc.createDataChannel(label);
  }

  /** Close the connection; no event comes after it. The local tracks live on. */
  close() {
    this.#pc.close();
  }

  /** @param {readonly LocalTrack[]} localTracks */
  #addTracks(localTracks) {
    const together = new MediaStream(); // tracks of one stream are played in step: lips and voice
    for (const { source, track } of localTracks) {
      this.#senders.set(source, this.#pc.addTrack(track, together));
    }
    if (!this.offerer) return; // an answer takes its media from the offer
    const sent = localTracks.map(({ track }) => track.kind);
    for (const kind of ["audio", "video"].filter((wanted) => !sent.includes(wanted))) {
      this.#pc.addTransceiver(kind, { direction: "recvonly" });
    }
  }

  /** The robot encodes VP8 once for all peers, so VP8 is what both directions should agree on first. */
  #preferVp8() {
    const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const isVp8 = (/** @type {{mimeType: string}} */ codec) => codec.mimeType.toLowerCase() === "video/vp8";
    const preferred = [...codecs.filter(isVp8), ...codecs.filter((codec) => !isVp8(codec))];
    for (const transceiver of this.#pc.getTransceivers()) {
      if (transceiver.receiver.track.kind === "video") transceiver.setCodecPreferences?.(preferred);
    }
  }

  /**
   * @param {"offer" | "answer"} type
   * @param {Offer | Answer} description
   */
  async #takeDescription(type, description) {
    this.#remoteMap = description.tracks;
    await this.#pc.setRemoteDescription({ type, sdp: description.sdp });
    this.emit("tracks", undefined);
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await this.addCandidate(candidate);
  }

  /** @returns {Offer} */
  #description() {
    /** @type {Record<string, Track>} */
    const tracks = {};
    for (const [source, sender] of this.#senders) {
      const mid = this.#pc.getTransceivers().find((each) => each.sender === sender)?.mid ?? null;
      if (mid !== null) tracks[mid] = { participant: this.#self, source };
    }
    return { connection: this.connection, sdp: this.#pc.localDescription?.sdp ?? "", tracks };
  }

  #stateChanged() {
    const state = this.#pc.connectionState;
    if (state === "connected" || state === "disconnected" || state === "failed") this.emit(state, undefined);
  }
}
