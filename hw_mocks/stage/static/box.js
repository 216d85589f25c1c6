// A patient hand fills the cash box: cents through the slot, one after the other, until the machine welcomes no more of them.
// Nothing is pretended: each is a coin of the world's and money in the books, and Return gives the sum back.

import { act } from "./acts.js";
import { coinDrawing } from "./machine.js";
import { centre, fly } from "./moving.js";

const CENTS = 1, BETWEEN_MS = 250, MISSES_MAX = 12;
const button = document.getElementById("box-fill");
let picture = null, pours = false;
export const see = (seen) => { picture = seen; };

/* As fast as an acceptor is asked for its coins; one that comes back, or a pause, is outwaited for a while. */
async function pour() {
  for (let misses = 0; pours && misses < MISSES_MAX; misses++) {
    if (picture?.welcome.includes(CENTS)) {
      fly(coinDrawing(CENTS), [centre(button), centre(document.getElementById("coin-slot"))], { ms: 200, size: 34 });
      const answer = await act("insert", { cents: CENTS });
      if (answer === null) break;
      if (answer.place !== "tray") misses = -1;
    }
    await new Promise((resume) => setTimeout(resume, BETWEEN_MS));
  }
  pours = false;
  button.setAttribute("aria-pressed", "false");
}

button?.addEventListener("click", () => {
  const again = pours;
  pours = !again;
  button.setAttribute("aria-pressed", String(pours));
  if (!again) pour();
});
