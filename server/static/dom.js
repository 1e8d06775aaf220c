/** Finding the page's own elements. */

/**
 * @template {HTMLElement} Element
 * @param {string} id
 * @param {new () => Element} type
 * @returns {Element}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${type.name} #${id}`);
}

/** Whether there is a place for it on the page now. @param {HTMLElement} element */
export function isSeen(element) {
  return element.getClientRects().length > 0; // `checkVisibility` is younger than the browsers that are supported
}
