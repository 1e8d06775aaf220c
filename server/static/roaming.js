/** Which network the device is in. */

/** @typedef {EventTarget & {type?: string}} Connection W3C Network Information, where the browser has it */

/**
 * Call `changed` when the device is back in a network, or in another kind of network: what was connected before has
 * lost its address.
 * @param {() => void} changed
 */
export function onNetworkChange(changed) {
  window.addEventListener("online", changed);
  const connection = /** @type {{connection?: Connection}} */ (navigator).connection;
  let kind = connection?.type;
  connection?.addEventListener("change", () => {
    if (connection.type !== kind && connection.type !== "none") changed();
    kind = connection.type;
  });
}
