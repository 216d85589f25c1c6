// Keeps the page true: one stream of what is seen and of what happens. Nothing here moves unless the world said so.

import { tell, tellGiven } from "./acts.js";
import { see as boxSees } from "./box.js";
import { see as drawerSees } from "./drawer.js";
import { see as handSees } from "./hand.js";
import { coinFell, draw, pieceLeft, pieceName } from "./machine.js";
import { money, say } from "./words.js";

const SILENCE_MS = 4000;
const speed = Number(document.body.dataset.speed), silent = document.getElementById("silent");
let heardMs = performance.now(), before = null;

function show({ picture, happenings }) {
  for (const happening of happenings) happened(happening, picture);
  if (before) compare(before, picture);
  draw(picture);
  handSees(picture);
  drawerSees(picture);
  boxSees(picture);
  before = picture;
  document.body.dataset.here = String(picture.here);
}

/* What a bystander notices, drawn and told. */
function happened(happening, picture) {
  const { what, slot, button, on, open, place, cents, pieces } = happening, piece = slot && pieceName(picture, slot);
  const known = {
    coin: () => { coinFell(happening); tell(say("story", place, { money: money(cents) }), place === "tray" ? "no" : ""); },
    pressed: () => tell(["return", "service"].includes(button) ? say("story", `pressed_${button}`) : say("story", "pressed", { slot: button })),
    motor: () => on && tell(say("story", "motor", { slot })),
    left: () => { pieceLeft(slot, picture, speed); tell(say("story", "left", { slot, piece })); },
    fell: () => tell(say("story", "fell", { piece }), "yours"),
    door: () => tell(say("story", open ? "door_open" : "door_closed")),
    power: () => tell(say("story", on ? "power_on" : "power_off"), on ? "" : "no"),
    filled: () => tell(say("story", "filled", { slot, n: pieces })),
    "home-by-hand": () => tell(say("story", "home", { slot })),
  };
  known[what]?.();
}

/* What nobody announces is seen by looking twice: coins paid out or taken, mishaps, the clock. */
function compare(old, fresh) {
  if (!old.here || !fresh.here) return;
  const known = new Set(old.cup.map((coin) => coin.n));
  const out = fresh.cup.filter((coin) => !known.has(coin.n) && coin.place === "out");
  if (out.length) tellGiven(out.reduce((sum, coin) => sum + coin.cents, 0));
  if (old.cup.length && !fresh.cup.length) tell(say("story", "took_coins", { money: money(old.cup_cents) }), "yours");
  if (old.box.cents && !fresh.box.cents) tell(say("story", "emptied", { money: money(old.box.cents) }));
  if (old.clock_min !== fresh.clock_min) tell(say("story", "clock"));
  const told = (fault) => !/^(power-cut|open-door)/.test(fault);
  const name = (fault) => { const [kind, slot = ""] = fault.split(" "); return `${say("faults", kind)} ${slot}`.trim(); };
  for (const fault of fresh.faults.filter((one) => !old.faults.includes(one) && told(one))) tell(say("story", "fault", { name: name(fault) }), "no");
  for (const fault of old.faults.filter((one) => !fresh.faults.includes(one) && told(one))) tell(say("story", "mended", { name: name(fault) }));
}

function heard() {
  heardMs = performance.now();
  silent.hidden = true;
}

function listen() {
  const source = new EventSource("/live");
  source.addEventListener("message", (event) => { heard(); show(JSON.parse(event.data)); });
  source.addEventListener("beat", heard);
  source.addEventListener("build", (event) => { if (event.data !== document.body.dataset.build) location.reload(); });
}

setInterval(() => {
  const away = performance.now() - heardMs > SILENCE_MS || (before !== null && !before.here);
  silent.hidden = !away;
}, 500);
listen();
