/** Which browser this is, as far as its guest needs other help in it. Features are asked for where they are used. */

/** @typedef {"chrome" | "chrome_android" | "edge" | "firefox" | "safari" | "safari_ios" | "other"} BrowserKind */

/** @type {[BrowserKind, RegExp][]} the first that fits; Edge says Chrome too, and Chrome says Safari too */
const KINDS = [
  ["safari_ios", /iPhone|iPad|iPod/],
  ["edge", /Edg\//],
  ["firefox", /Firefox\//],
  ["chrome_android", /Android.*Chrome\//],
  ["chrome", /Chrome\//],
  ["safari", /Version\/.*Safari\//],
];
/** Apps of mail, chat and news that show pages in a window of their own, most without camera and microphone. */
const APPS =
  /FBA[NV]|FB_IAB|Instagram|WhatsApp|Line\/|MicroMessenger|Snapchat|Twitter|LinkedInApp|Pinterest|GSA\/|Telegram|; wv\)/;

/**
 * @param {string} userAgent
 * @returns {BrowserKind}
 */
export function browserOf(userAgent) {
  return KINDS.find(([, sign]) => sign.test(userAgent))?.[0] ?? "other";
}

/**
 * Whether the page is shown inside another app.
 * @param {string} userAgent
 */
export function isInsideApp(userAgent) {
  const webView = /iPhone|iPad|iPod/.test(userAgent) && !/Safari\//.test(userAgent);
  return webView || APPS.test(userAgent);
}
