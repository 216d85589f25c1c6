// What a person does goes to the world by one door; what the world says to it is told in words when it says no.

import { money, say } from "./words.js";

const KEPT = 40, TOGETHER_MS = 3000;
const story = document.getElementById("story");

/* The same thing again and again is one line that counts. */
export function tell(words, mood = "") {
  const last = story.firstChild;
  if (last?.dataset.words === words) {
    last.dataset.times = String(Number(last.dataset.times) + 1);
    last.textContent = `${words} × ${last.dataset.times}`;
    return;
  }
  const line = document.createElement("p");
  line.textContent = words;
  line.className = mood;
  Object.assign(line.dataset, { words, times: "1" });
  story.prepend(line);
  while (story.children.length > KEPT) story.lastChild.remove();
}

/* Coins that come out one after the other are told as one sum. */
let given = { line: null, cents: 0, atMs: 0 };
export function tellGiven(cents, nowMs = performance.now()) {
  const same = given.line === story.firstChild && given.line && nowMs - given.atMs < TOGETHER_MS;
  given = { line: given.line, cents: cents + (same ? given.cents : 0), atMs: nowMs };
  const words = say("story", "out", { money: money(given.cents) });
  if (same) Object.assign(given.line, { textContent: words }).dataset.words = words;
  else { tell(words, "yours"); given.line = story.firstChild; }
}

/* Do one act. The world's answer, or null when it could not be done; then the story says why, unless `quiet` will. */
export async function act(name, details = {}, quiet = false) {
  let answer;
  try {
    const response = await fetch("/act", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ do: name, ...details }),
    });
    answer = await response.json();
  } catch {
    answer = { ok: false, why: "away" };
  }
  if (answer.ok) return answer;
  if (quiet) return answer;
  tell(answer.why === "away" ? say("story", "away") : say("story", "cannot", { why: answer.why }), "no");
  return null;
}
