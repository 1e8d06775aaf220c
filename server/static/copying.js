/** A button that copies a text, and says so. */

import { texts } from "./texts.js";

const SAID = 3_000;

/**
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
export function copies(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    button.textContent = copied ? texts.copied : texts.notCopied;
    setTimeout(() => (button.textContent = label), SAID);
  });
}

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // a window inside another app may forbid it
  }
}
