// Keeps an open page fresh: once a minute its middle is fetched and swapped. When that fails the page turns grey, and says so.
"use strict";
const EVERY_MS = 60000;

// Whoever is typing, or has opened a table, is left alone.
const busy = () => document.hidden || document.querySelector("main details[open]") || document.activeElement.closest("main");

async function freshen() {
  if (busy()) return;
  try {
    const answer = await fetch(location.href, {redirect: "error"});
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("main").replaceWith(page.getElementById("main"));
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale");
  }
}

setInterval(freshen, EVERY_MS);
