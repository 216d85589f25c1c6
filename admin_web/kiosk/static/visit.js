// What only the browser can know of a visit: that nobody is there (then the stories come), and what a touch has put away.
// It keeps one timer for everything, and changes nothing but classes and two words of `#scene`, which the stream never touches.
"use strict";

{
  const REST_MS = 45000, STORY_MS = 8000, HELP_MS = 30000, FRESH_MS = 86400000, ECHO_MS = 500, TICK_MS = 500;
  const help = document.getElementById("help"), body = document.body.classList;
  let hereMs = performance.now(), storyMs = 0, helpMs = 0, away = "", thanked = "";

  const resting = () => body.contains("resting");
  const told = (id) => document.getElementById(id);
  const count = () => scene.querySelectorAll(".story").length;

  /* Somebody is there, or something happened: the shelf comes back at once. */
  function wake() {
    hereMs = performance.now();
    body.remove("resting");
  }

  function tell(story) {
    storyMs = performance.now();
    scene.dataset.story = story % count();
  }

  function tick() {
    const now = performance.now(), silent = scene.classList.contains("silent");
    if (help.matches(":popover-open") && now - helpMs >= HELP_MS) help.hidePopover();
    const stale = told("stage")?.classList.contains("stale");
    if (silent || stale || !count()) { if (resting()) wake(); return; }
    if (resting() && now >= FRESH_MS) location.reload(); // a page that is open for a week begins anew each night
    if (resting() && now - storyMs >= STORY_MS) tell(Number(scene.dataset.story) + 1);
    if (!resting() && now - hereMs >= REST_MS && !help.matches(":popover-open")) {
      tell(0);
      body.add("resting");
    }
  }

  /* The touch that wakes the shelf buys nothing: it could not see what it touched. */
  function touched(event) {
    if (resting()) {
      event.preventDefault();
      event.stopPropagation();
      if (event.type === "pointerdown") {
        document.addEventListener("click", swallow, true);
        setTimeout(() => document.removeEventListener("click", swallow, true), ECHO_MS);
      }
    }
    wake();
  }

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  /* After each scene: news wakes; what was put away stays away until there is something else to see. */
  function shown() {
    const piece = told("piece")?.dataset.slot ?? "", sale = told("after")?.dataset.sale ?? "";
    if (!count()) wake();
    if (piece !== away) away = "";
    scene.classList.toggle("unlooked", away !== "");
    scene.classList.toggle("unthanked", sale !== "" && sale === thanked);
    if (help.matches(":popover-open") && scene.querySelector(".fuse:not([hidden]), .after:not([hidden])")) help.hidePopover();
  }

  function clicked(event) {
    const piece = event.target.closest(".piece:not(.whole)"), after = event.target.closest(".after");
    if (piece) away = piece.dataset.slot;
    if (after && !event.target.closest("button")) told("thanked").click();
    if (event.target.closest("#help")) help.hidePopover();
    shown();
  }

  function pressed(event) {
    if (event.submitter?.id === "thanked") thanked = told("after").dataset.sale;
    if (event.submitter?.classList.contains("tile")) away = "";
    shown();
  }

  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, touched, true);
  document.addEventListener("click", clicked);
  document.addEventListener("submit", pressed);
  help.addEventListener("beforetoggle", () => { helpMs = performance.now(); });
  scene.addEventListener("shown", shown);
  setInterval(tick, TICK_MS);
}
