// The visitor's hand: coins to tap or to carry, bills, a card, a phone, a voucher, and what she took.

import { act, tell } from "./acts.js";
import { art, coinDrawing, pieceName } from "./machine.js";
import { centre, fly } from "./moving.js";
import { money, say } from "./words.js";

const byId = (id) => document.getElementById(id);
const NEAR_PX = 70, CARRIED_PX = 8, BAG_MAX = 12;
let picture = null;
export const see = (seen) => { picture = seen; };

async function putIn(cents, from) {
  fly(coinDrawing(cents), [from, centre(byId("coin-slot"))], { ms: 300, size: 52 });
  await act("insert", { cents });
}

/* A coin is tapped, or carried by finger or mouse; let go near the slot it drops in, elsewhere it stays in the hand. */
for (const button of document.querySelectorAll("[data-coin]")) {
  const cents = Number(button.dataset.coin);
  let carried = null, start = null, wasCarried = false;
  const move = (event) => {
    if (!start) return;
    if (!carried && Math.hypot(event.clientX - start[0], event.clientY - start[1]) > CARRIED_PX) {
      carried = document.body.appendChild(coinDrawing(cents));
      carried.classList.add("carried");
    }
    if (carried) carried.style.transform = `translate(${event.clientX}px, ${event.clientY}px) translate(-50%, -50%)`;
  };
  const end = (event) => {
    wasCarried = carried !== null;
    if (carried) {
      const [x, y] = centre(byId("coin-slot"));
      if (event.type === "pointerup" && Math.hypot(event.clientX - x, event.clientY - y) < NEAR_PX) putIn(cents, [event.clientX, event.clientY]);
      carried.remove();
    }
    carried = start = null;
  };
  button.addEventListener("pointerdown", (event) => {
    start = [event.clientX, event.clientY];
    button.setPointerCapture(event.pointerId); // a quick hand has left the coin before it is seen to move
  });
  button.addEventListener("pointermove", move);
  button.addEventListener("pointerup", end);
  button.addEventListener("pointercancel", end);
  button.addEventListener("click", () => { if (!wasCarried) putIn(cents, centre(button)); wasCarried = false; });
}

for (const button of document.querySelectorAll("[data-bill]")) {
  const cents = Number(button.dataset.bill);
  button.addEventListener("click", async () => {
    fly(button.querySelector("svg"), [centre(button), centre(byId("bill-slot"))], { ms: 420, size: 84 });
    const answer = await act("insert_bill", { cents });
    if (answer) tell(say("story", answer.place === "in" ? "bill_in" : "bill_out", { money: money(cents) }));
  });
}

byId("card")?.addEventListener("click", async ({ target }) => {
  const shown = target.getAttribute("aria-pressed") === "true";
  const answer = await act(shown ? "remove_card" : "show_card");
  if (!answer) return;
  if (!shown) tell(say("story", answer.took ? "card_took" : "card_not"));
  const held = !shown && answer.took;
  target.setAttribute("aria-pressed", String(held));
  target.textContent = say("hand", held ? "card_away" : "card");
});

// The phone: it scans what the machine shows, says what it costs, and pays when she says so.

const phone = byId("phone");
function phoneShows(state, words, cents = 0) {
  phone.dataset.state = state;
  byId("phone-says").textContent = words;
  byId("scan").hidden = state === "asks";
  byId("pay").hidden = byId("put-away").hidden = state !== "asks";
  byId("pay").textContent = say("hand", "pay", { money: money(cents) });
}
function refused(answer) {
  const why = answer.why.replace(/^\w+: /, "").replace(/ \(\w+\)$/, "").replace(/^the wallet says: /, "");
  phoneShows("idle", answer.why === "away" ? say("story", "away") : say("story", "wallet", { why }));
}
if (phone) {
  byId("scan").addEventListener("click", async () => {
    const answer = await act("scan", {}, true);
    answer.ok ? phoneShows("asks", money(answer.cents), answer.cents) : refused(answer);
  });
  byId("pay").addEventListener("click", async () => {
    const answer = await act("confirm", {}, true);
    if (!answer.ok) return refused(answer);
    phoneShows("paid", say("hand", "paid", { money: money(answer.cents) }));
    tell(say("story", "paid", { money: money(answer.cents) }));
  });
  byId("put-away").addEventListener("click", () => phoneShows("idle", ""));
}

// A voucher: a paper that lies there is held before the scanner, or its code is typed.

for (const paper of document.querySelectorAll("[data-paper]")) {
  paper.addEventListener("click", async () => {
    const [from, to] = [centre(paper), centre(byId("scanner"))];
    fly(paper.querySelector("svg"), [from, to, [...to, 1.05], from], { ms: 900, size: 72 });
    if (await act("show_code", { paper: paper.dataset.paper })) tell(say("story", "shown"));
  });
}
byId("voucher")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await act("show_code", { code: byId("voucher-code").value.trim() })) tell(say("story", "shown"));
});

// Through the flap, into the bag.

byId("flap").addEventListener("click", async () => {
  const behind = [...byId("behind").children], from = centre(byId("flap"));
  const answer = await act("take_pieces");
  if (!answer?.slots.length) return;
  behind.forEach((image) => fly(image, [from, [from[0], from[1] - 60, 1.2], centre(byId("bag"))], { ms: 700, size: 90 }));
  tell(say("story", "took_pieces", { piece: answer.slots.map((slot) => pieceName(picture, slot)).join(", ") }), "yours");
  carry(answer.slots);
});

function carry(slots) {
  const bag = byId("bag");
  bag.querySelector(".none")?.remove();
  for (const slot of slots) bag.append(Object.assign(new Image(), { src: art(picture, slot), alt: pieceName(picture, slot) }));
  while (bag.children.length > BAG_MAX) bag.firstChild.remove();
}
