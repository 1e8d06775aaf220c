/** Before a call: whether this network reaches the STUN and TURN servers that a visit would use. No page in here. */

import { rtcIceServer } from "./ice.js";
import { pause } from "./timing.js";

/** @import { IceServer } from "./wire.js" */

/**
 * @typedef {object} Reach
 * @property {boolean | null} stun whether the address was learned by STUN; null where no such server is set up
 * @property {boolean | null} turn whether a TURN server gave a relayed address; null likewise
 */

const DEADLINE = 10_000;

/**
 * Gather candidates with these servers, and look which kinds come (RFC 8445, section 5.1.1).
 * @param {readonly IceServer[]} iceServers
 * @returns {Promise<Reach>}
 */
export async function tryIceServers(iceServers) {
  const urls = iceServers.flatMap((server) => server.urls);
  const wants = { srflx: urls.some((url) => /^stuns?:/.test(url)), relay: urls.some((url) => /^turns?:/.test(url)) };
  const found = await gather(iceServers, wants);
  return { stun: wants.srflx ? found.has("srflx") : null, turn: wants.relay ? found.has("relay") : null };
}

/**
 * @param {readonly IceServer[]} iceServers
 * @param {{srflx: boolean, relay: boolean}} wants
 * @returns {Promise<Set<string>>} the kinds of candidates
 */
async function gather(iceServers, wants) {
  const found = new Set();
  const failed = new Set();
  const over = new AbortController();
  const pc = new RTCPeerConnection({ iceServers: iceServers.map(rtcIceServer) });
  pc.addEventListener("icecandidateerror", ({ url }) => failed.add(url));
  pc.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate) found.add(candidate.type);
    if (!candidate || ((!wants.srflx || found.has("srflx")) && (!wants.relay || found.has("relay")))) over.abort();
  });
  pc.createDataChannel("trial");
  try {
    await pc.setLocalDescription();
    await pause(DEADLINE, over.signal);
  } finally {
    pc.close();
  }
  // Where there is no NAT, what STUN learns is the host's own address, and no candidate of its own; then no error tells.
  if (over.signal.aborted && ![...failed].some((url) => url.startsWith("stun"))) found.add("srflx");
  return found;
}
