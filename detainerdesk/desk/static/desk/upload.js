// Files that are dropped on the upload page become the files of its form. Without this file they are chosen with the button.
"use strict";
(() => {
  const form = document.querySelector("[data-drop]");
  const input = form && form.querySelector("input[type=file]");
  if (!input || typeof DataTransfer !== "function") return;
  const place = form.querySelector("[data-drop-here]");
  const list = form.querySelector("[data-drop-list]");
  place.hidden = false;

  // A file that misses the place by a little must not open in the browser instead.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());

  document.addEventListener("dragover", (event) => {
    const files = event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
    if (event.dataTransfer) event.dataTransfer.dropEffect = files ? "copy" : "none";
    place.classList.toggle("over", files);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) place.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    place.classList.remove("over");
    if (event.dataTransfer && event.dataTransfer.files.length) add(event.dataTransfer.files);
  });
  input.addEventListener("change", show);

  function add(dropped) {
    const all = new DataTransfer();
    for (const file of [...input.files, ...dropped]) all.items.add(file);
    input.files = all.files;
    show();
  }

  function show() {
    list.textContent = "";
    for (const file of input.files) {
      const line = document.createElement("li");
      line.textContent = `${file.name}, ${Math.max(1, Math.round(file.size / 1024))} kB`;
      list.append(line);
    }
    list.hidden = !input.files.length;
    const say = document.querySelector("#say");
    if (say) say.textContent = input.files.length === 1 ? "1 file chosen" : `${input.files.length} files chosen`;
  }
})();
