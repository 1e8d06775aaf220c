/** The page in another language: the choice is kept in a cookie, which the server reads, and the page is loaded again. */

const YEAR = 31_536_000;

export function offerLanguages() {
  for (const button of document.querySelectorAll("button[data-language]")) {
    button.addEventListener("click", () => {
      document.cookie = `language=${button.getAttribute("lang")}; path=/; max-age=${YEAR}; samesite=lax`;
      location.reload(); // in the middle of a call it goes straight back into it
    });
  }
}
