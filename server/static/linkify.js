/** Links in what people write. */

const CANDIDATE = /\bhttps?:\/\/[^\s<>"]+/giu;
/** What ends a sentence does not belong to the address before it. */
const TRAILING = /[.,;:!?'”»…]+$/u;

/**
 * A text in parts: plain ones, and addresses that may be opened. Nothing else than http and https is an address, so no
 * text can run a script.
 * @param {string} text
 * @returns {{text: string, href: string | null}[]}
 */
export function linkified(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(CANDIDATE)) {
    const address = trimmed(found);
    const url = parsed(address);
    if (!url || !["http:", "https:"].includes(url.protocol)) continue;
    if (index > end) parts.push({ text: text.slice(end, index), href: null });
    parts.push({ text: address, href: url.href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/** @param {string} address */
function parsed(address) {
  try {
    return new URL(address); // `URL.canParse` is younger than the browsers that are supported
  } catch {
    return null;
  }
}

/** @param {string} address without a closing bracket that was opened before it */
function trimmed(address) {
  const bare = address.replace(TRAILING, "");
  const unopened = bare.endsWith(")") && !bare.includes("(");
  return unopened ? bare.slice(0, -1).replace(TRAILING, "") : bare;
}
