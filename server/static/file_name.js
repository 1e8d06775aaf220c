/** Names of files that come from elsewhere, made harmless and still readable. */

const LONGEST = 120;
const NAMELESS = "file";
/**
 * Control characters, halves of letters, what Windows forbids, and marks that turn the direction of writing, with which
 * "gpj.exe" is read as "exe.jpg".
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/gu;
/** Names of devices under Windows, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The last part of a path, without what a file system or a reader could take amiss.
 * @param {string} name
 */
export function safeName(name) {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const bare = last.replace(FORBIDDEN, "").trim().replace(/^\.+|[. ]+$/g, "");
  const named = bare === "" ? NAMELESS : bare;
  return shortened(RESERVED.test(named) ? `_${named}` : named);
}

/** @param {string} name with its extension kept, if it is one */
function shortened(name) {
  const letters = [...name];
  if (letters.length <= LONGEST) return name;
  const extension = [...(/\.[^.]{1,10}$/.exec(name)?.[0] ?? "")];
  return [...letters.slice(0, LONGEST - extension.length), ...extension].join("");
}
