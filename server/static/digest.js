/**
 * The digest of a file that is never in memory as a whole: SHA-256 of its blocks' SHA-256 (wire/channels/files.py).
 *
 * WebCrypto hashes a block at native speed and off the page's thread, but only whole inputs. A tree of one level needs
 * neither a library nor a state that would have to be kept where a transfer is interrupted.
 */

export const BLOCK = 1 << 20;

export class BlockDigest {
  /** @type {Uint8Array[]} */
  #blocks = [];

  /**
   * Take the block of that number; the same one again takes the old one's place.
   * @param {number} number
   * @param {BufferSource} bytes
   */
  async put(number, bytes) {
    this.#blocks[number] = await sha256(bytes);
  }

  /** @returns {Promise<string>} of all blocks, in hexadecimal digits */
  async whole() {
    const joined = new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (this.#blocks)).arrayBuffer());
    return [...(await sha256(joined))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** @param {BufferSource} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
