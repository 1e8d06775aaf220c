/** Load the page that was wanted as soon as there is a network again. */

addEventListener("online", () => location.reload());
