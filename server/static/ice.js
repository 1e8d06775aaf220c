/** ICE servers and candidates, between the protocol's shape and the browser's. */

/** @import { Candidate, IceServer } from "./wire.js" */

/**
 * @param {IceServer} server
 * @returns {RTCIceServer}
 */
export function rtcIceServer({ urls, username, credential }) {
  return { urls: [...urls], ...(username && { username }), ...(credential && { credential }) };
}

/**
 * @param {Candidate} candidate
 * @returns {RTCIceCandidateInit}
 */
export function rtcCandidate({ candidate, sdp_mid, sdp_m_line_index }) {
  return { candidate, sdpMid: sdp_mid ?? null, sdpMLineIndex: sdp_m_line_index ?? null };
}

/**
 * @param {string} connection the connection's id
 * @param {RTCIceCandidate | null} candidate null ends the list
 * @returns {Candidate}
 */
export function wireCandidate(connection, candidate) {
  return {
    connection,
    candidate: candidate?.candidate ?? "",
    sdp_mid: candidate?.sdpMid ?? null,
    sdp_m_line_index: candidate?.sdpMLineIndex ?? null,
  };
}
