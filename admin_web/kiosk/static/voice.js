// The page read aloud, where somebody has recorded it: one touch plays, another one, or any button beside it, ends it.
// It comes only with a recording.
"use strict";

{
  let voice = null;

  const hush = () => {
    voice?.pause();
    voice = null;
    document.getElementById("hear")?.setAttribute("aria-pressed", "false");
  };

  const speak = (button) => {
    voice = new Audio(button.dataset.src);
    voice.onended = voice.onerror = hush;
    voice.play().then(() => button.setAttribute("aria-pressed", "true"), hush);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#comfort button"), speaks = voice !== null;
    if (button) hush();
    if (button?.id === "hear" && !speaks) speak(button);
  });
}
