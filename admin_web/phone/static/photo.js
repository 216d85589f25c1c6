// A photo is made smaller before it leaves the phone, and shown. Without this file it goes as it is, and is made smaller there.
const SIDE = 2048;
const field = document.getElementById("photo");

async function smaller(file) {
  const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawn.width * scale);
  canvas.height = Math.round(drawn.height * scale);
  canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
  return canvas;
}

field.addEventListener("change", async () => {
  const [file] = field.files;
  if (!file) return;
  try {
    const canvas = await smaller(file);
    const shown = document.getElementById("taken");
    shown.src = canvas.toDataURL("image/jpeg", 0.7);
    shown.hidden = false;
    document.getElementById("before").hidden = true;
    const blob = await new Promise((made) => canvas.toBlob(made, "image/jpeg", 0.88));
    if (blob.size >= file.size) return;
    const carried = new DataTransfer();
    carried.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
    field.files = carried.files;
  } catch { /* a picture this browser cannot draw goes as it is; the machine says what it thinks of it */ }
});
