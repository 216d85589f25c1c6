// The page sets off. First it is seen; then come the styles that later scenes wear, and after them the stream that brings
// those scenes. A sheet that did not come is asked for again, while the page lives on.
"use strict";

{
  const dress = (then) => {
    if (document.getElementById("later")) { then(); return; }
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = document.body.dataset.later;
    sheet.onload = () => { sheet.id = "later"; then(); };
    sheet.onerror = () => { sheet.remove(); setTimeout(dress, AGAIN_MS, () => {}); then(); };
    document.head.append(sheet);
  };

  new PerformanceObserver((_, paint) => {
    paint.disconnect();
    dress(listen);
  }).observe({ type: "paint", buffered: true });
}
