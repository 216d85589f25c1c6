/* The phone's own share sheet, where there is one: her statement as a picture. Without it the files are downloaded. */
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.canShare || !navigator.canShare({ files: [new File([], "a.png", { type: "image/png" })] })) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const picture = await (await fetch(button.dataset.share)).blob();
    const file = new File([picture], button.dataset.name, { type: "image/png" });
    try {
      await navigator.share({ files: [file] });
    } catch {
      location.href = button.dataset.share;
    }
  });
}
