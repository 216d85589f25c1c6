// The drawer of mishaps: a button is pressed while its mishap lasts, and what the world says is the truth about that.

import { act } from "./acts.js";
import { chosen, draw } from "./machine.js";
import { say } from "./words.js";

const byId = (id) => document.getElementById(id);
let picture = null;

export function see(seen) {
  picture = seen;
  for (const button of document.querySelectorAll("[data-fault]")) press(button, seen.faults.includes(nameOf(button)));
  press(byId("fault-power-cut"), !seen.powered && seen.here);
  press(byId("fault-open-door"), Boolean(seen.door_open));
  const tends = Boolean(seen.door_open);
  for (const id of ["hang", "unhang", "home"]) byId(id).disabled = !tends;
  byId("needs-door").hidden = tends;
  if (byId("service")) byId("service").disabled = !tends;
  const clock = byId("clock"), hours = Math.round((seen.clock_min ?? 0) / 60);
  if (clock) clock.textContent = hours ? say("drawer", "clock_off", { n: hours > 0 ? `+${hours}` : hours }) : say("drawer", "clock_right");
}

const nameOf = (button) => ("spiral" in button.dataset ? `${button.dataset.fault} ${chosen.slot}` : button.dataset.fault);
const press = (button, on) => { if (button) button.setAttribute("aria-pressed", String(on)); };
const pressed = (button) => button.getAttribute("aria-pressed") === "true";

for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => {
    const slot = "spiral" in button.dataset ? chosen.slot : "";
    act(pressed(button) ? "clear" : "inject", { fault: button.dataset.fault, slot });
  });
}
byId("fault-power-cut").addEventListener("click", ({ currentTarget }) => act("power", { on: pressed(currentTarget) }));
byId("fault-open-door")?.addEventListener("click", ({ currentTarget }) => act("door", { open: !pressed(currentTarget) }));
byId("service")?.addEventListener("click", () => act("press", { button: "service" }));
for (const button of document.querySelectorAll("[data-clock]")) {
  button.addEventListener("click", () => act("shift_clock", { minutes: Number(button.dataset.clock) }));
}

// One spiral is chosen by touching its piece; the rest of the drawer is about the whole machine.

for (const cell of document.querySelectorAll(".cell")) {
  cell.addEventListener("click", () => {
    chosen.slot = cell.dataset.slot;
    byId("chosen-slot").textContent = chosen.slot;
    byId("pick").hidden = true;
    byId("spiral-faults").hidden = false;
    if (picture) { see(picture); draw(picture); }
  });
}
const stock = () => picture?.spirals?.[chosen.slot]?.stock ?? 0;
byId("hang").addEventListener("click", () => act("fill", { slot: chosen.slot, pieces: Math.min(6, stock() + 1) }));
byId("unhang").addEventListener("click", () => act("fill", { slot: chosen.slot, pieces: Math.max(0, stock() - 1) }));
byId("home").addEventListener("click", () => act("bring_home", { slot: chosen.slot }));
