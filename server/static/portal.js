/** Small helps on the portal's pages; all of them work without it. */

/**
 * @template {Element} Found
 * @param {string} selector
 * @param {new () => Found} type
 * @returns {Found[]}
 */
function all(selector, type) {
  return [...document.querySelectorAll(selector)].filter(
    /** @returns {element is Found} */ (element) => element instanceof type,
  );
}

/** Buttons that copy a link to the clipboard, which browsers allow on HTTPS and on this machine. */
function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of all("[data-copy]", HTMLButtonElement)) {
    const field = document.getElementById(button.dataset["copy"] ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset["done"] ?? "";
      button.setAttribute("aria-live", "polite");
    });
  }
}

function offerPrinting() {
  for (const button of all("[data-print]", HTMLButtonElement)) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

/** The resident's relatives are filled in at once, where nobody has written other addresses. */
function fillInRelatives() {
  for (const form of all("form[data-visit]", HTMLFormElement)) {
    const resident = form.elements.namedItem("resident_id");
    const emails = form.elements.namedItem("emails");
    if (!(resident instanceof HTMLSelectElement) || !(emails instanceof HTMLTextAreaElement)) continue;
    const known = () => resident.selectedOptions[0]?.dataset["emails"] ?? "";
    let filled = known();
    if (emails.value === "") emails.value = filled;
    resident.addEventListener("change", () => {
      if (emails.value.trim() === filled) emails.value = known();
      filled = known();
    });
  }
}

/** What shows the state of things is read again while it is looked at and nobody is about to press something. */
function keepFresh() {
  const seconds = Number(all("[data-refresh]", HTMLElement)[0]?.dataset["refresh"] ?? 0);
  const idle = () => !document.hidden && document.activeElement === document.body;
  if (seconds > 0) setInterval(() => idle() && location.reload(), seconds * 1000);
}

/** A form that only carries along what was typed before needs no press of its button. */
function carryOn() {
  all("form[data-submit]", HTMLFormElement)[0]?.submit();
}

/** What is wrong with a form is read first. */
function showMistakes() {
  all(".mistakes", HTMLElement)[0]?.focus();
}

offerCopies();
offerPrinting();
fillInRelatives();
keepFresh();
showMistakes();
carryOn();
