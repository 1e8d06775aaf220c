/** Where the bytes of a received file go: straight into a file, where the browser can, else into memory. */

/**
 * @typedef {object} Sink
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write
 * @property {() => Promise<Blob | null>} finish what the page has to offer for saving; null where it is saved already
 * @property {() => Promise<void>} abort leave nothing behind
 */

/** What must fit into memory is at most this large. */
export const MOST_IN_MEMORY = 512 * 2 ** 20;
/** Up to here nobody is asked for a place before the bytes come. */
const SMALL = 64 * 2 ** 20;

/** @typedef {{suggestedName: string}} PickerOptions */
/** @typedef {(options: PickerOptions) => Promise<FileSystemFileHandle>} SavePicker */

/** @returns {SavePicker | null} Chromium on a computer has it */
function savePicker() {
  const found = /** @type {{showSaveFilePicker?: SavePicker}} */ (/** @type {unknown} */ (globalThis)).showSaveFilePicker;
  return found?.bind(globalThis) ?? null;
}

/** @param {number} size of a file, in bytes */
export function canTake(size) {
  return size <= MOST_IN_MEMORY || savePicker() !== null;
}

/**
 * The best sink for a file; to be called in a gesture, because it may ask for a place.
 * @param {string} suggestedName
 * @param {number} size
 * @returns {Promise<Sink>}
 * @throws {DOMException} AbortError: no place was chosen
 */
export async function openSink(suggestedName, size) {
  const pick = savePicker();
  if (size <= SMALL || !pick) return memorySink();
  const writable = await (await pick({ suggestedName })).createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    finish: () => writable.close().then(() => null),
    abort: () => writable.abort(),
  };
}

/** @returns {Sink} of Blobs, which browsers may keep on their disk */
function memorySink() {
  /** @type {Blob[]} */
  let parts = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    finish: async () => new Blob(parts),
    abort: async () => void (parts = []),
  };
}
