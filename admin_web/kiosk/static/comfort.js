// The page as this visitor wants it: her language, larger text, contrast. It ends by itself, because the next visitor is
// somebody else. The server says how the page looks; here it is put on, and taken off after a while without a touch.
"use strict";

const WATCH_MS = 5000;
const root = document.documentElement;
const restMs = 1000 * root.dataset.restS, usual = "es";
let touchedMs = performance.now();

/* Put on how a page that came back looks; another language brings its own words, and its own stream. */
function wear(page) {
  const fresh = page.documentElement, spoke = root.lang;
  if (!fresh.dataset.comfort || fresh.dataset.comfort === root.dataset.comfort) return;
  root.dataset.comfort = fresh.dataset.comfort;
  root.lang = fresh.lang;
  document.body.lang = page.body.lang;
  for (const part of ["masthead", "silence", "help"]) morph(document.getElementById(part), page.getElementById(part));
  if (root.lang === spoke) return;
  document.title = page.title;
  morphChildren(scene, page.getElementById("scene"));
  listen();
}

/* While somebody is here the cookie lives on; when nobody was for long enough, everything is as it was. */
function watch() {
  const now = performance.now(), chosen = root.dataset.comfort;
  if (document.getElementById("stage").hasAttribute("data-in-use")) touchedMs = now;
  if (chosen === usual) return;
  const leftS = Math.ceil((restMs - (now - touchedMs)) / 1000);
  if (leftS > 0) document.cookie = `minga-comfort=${chosen.replaceAll(" ", ".")}; max-age=${leftS}; path=/; samesite=strict`;
  else post("/comfort", new URLSearchParams({ wish: "rest" }));
}

for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => { touchedMs = performance.now(); }, true);
setInterval(watch, WATCH_MS);
