// Things on their way: a coin from the hand to the slot, into the box or the cup, a piece from its spiral to the flap.
// Each way begins with something that happened in the world. Who wants no motion sees only the end of it.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const layer = document.createElement("div");
layer.className = "flying";
layer.setAttribute("aria-hidden", "true");
document.body.append(layer);
const FLYING_MAX = 24;

export const centre = (element) => {
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
};

/* Let a copy of `drawing` fly through these points of the page; resolves when it is there. */
export async function fly(drawing, points, { ms = 420, size, turn = 0, easing = "cubic-bezier(.4,0,.7,1)" } = {}) {
  if (still.matches || document.hidden || layer.children.length >= FLYING_MAX) return;
  const flyer = drawing.cloneNode(true);
  flyer.removeAttribute("id");
  layer.append(flyer);
  flyer.style.width = flyer.style.height = `${size ?? drawing.getBoundingClientRect().width}px`;
  const frames = points.map(([x, y, scale = 1, opacity = 1], i) => ({
    transform: `translate(${x}px, ${y}px) translate(-50%, -50%) rotate(${(turn * i) / (points.length - 1)}deg) scale(${scale})`, opacity,
  }));
  try { await flyer.animate(frames, { duration: ms, easing, fill: "both" }).finished; } finally { flyer.remove(); }
}
