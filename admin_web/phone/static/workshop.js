// The page asks for itself again: every second while something is tried or copied, else every five. Nothing is drawn here;
// without this file the page is as old as it says, and comes anew with each touch.
const QUICK_MS = 1000, SLOW_MS = 5000;

async function look() {
  if (!document.hidden && !document.querySelector("details[open]")) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const focused = document.activeElement?.id;
        document.querySelector("main").replaceWith(page.querySelector("main"));
        document.getElementById(focused)?.focus({ preventScroll: true });
      }
    } catch {
      document.querySelector("main").classList.add("unheard");
    }
  }
  setTimeout(look, document.querySelector(".pending") ? QUICK_MS : SLOW_MS);
}
setTimeout(look, QUICK_MS);
