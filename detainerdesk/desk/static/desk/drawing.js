// Drawing a template: drag on the picture to make a box, drag a box to move it; the numbers in its row are the box. Works without it, by numbers.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NUMBERS = ["x", "y", "w", "h"];
  const find = (selector, root = document) => root.querySelector(selector);
  const rows = () => Array.from(document.querySelectorAll("[data-place]"));
  const input = (row, name) => find(`[name=${name}]`, row);
  const placed = (row) => NUMBERS.every((name) => input(row, name).value !== "");
  const empty = (row) => [...NUMBERS, "what", "words"].every((name) => input(row, name).value === "");
  let last = null; // the row that had focus last
  let held = null; // what the pointer holds: {row, from, offset}

  function at(event, svg) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const frame = svg.viewBox.baseVal;
    return { x: Math.max(0, Math.min(frame.width, point.x)), y: Math.max(0, Math.min(frame.height, point.y)) };
  }

  function put(row, box) {
    const values = [box.x, box.y, box.w, box.h];
    NUMBERS.forEach((name, each) => { input(row, name).value = values[each].toFixed(1); });
    show();
  }

  function show() {
    const group = find("[data-boxes]");
    if (!group) return;
    const shown = rows().map((row, index) => ({ row, index })).filter((one) => placed(one.row));
    group.replaceChildren(...shown.map(({ row, index }) => {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("class", "mark mark--drawn" + (row === last ? " mark--now" : ""));
      rect.dataset.row = index;
      const [x, y, width, height] = NUMBERS.map((name) => input(row, name).value);
      Object.entries({ x, y, width, height }).forEach(([name, value]) => rect.setAttribute(name, value));
      const title = document.createElementNS(SVG, "title");
      title.textContent = input(row, "what").value;
      rect.append(title);
      return rect;
    }));
  }

  // The row that waits for a box: the one in hand, else the first with nothing in it, else a new one.
  function waits() {
    if (last && last.isConnected && !placed(last)) return last;
    return rows().find(empty) || grown();
  }

  function grown() {
    const all = rows();
    const row = all[all.length - 1].cloneNode(true);
    find("th", row).textContent = all.length + 1;
    row.querySelectorAll("input").forEach((one) => {
      one.value = "";
      one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, all.length + 1));
    });
    all[all.length - 1].after(row);
    return row;
  }

  document.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest && event.target.closest("[data-draw]");
    if (!svg || event.button !== 0) return;
    event.preventDefault();
    const from = at(event, svg);
    const box = event.target.closest("rect[data-row]");
    const row = box ? rows()[Number(box.dataset.row)] : waits();
    const moved = box && { x: from.x - Number(input(row, "x").value), y: from.y - Number(input(row, "y").value) };
    held = { svg, row, from, moved };
    last = row;
    svg.setPointerCapture(event.pointerId);
    show();
  });

  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const to = at(event, held.svg);
    if (held.moved) {
      const frame = held.svg.viewBox.baseVal;
      const [w, h] = ["w", "h"].map((name) => Number(input(held.row, name).value));
      const x = Math.max(0, Math.min(frame.width - w, to.x - held.moved.x));
      const y = Math.max(0, Math.min(frame.height - h, to.y - held.moved.y));
      return put(held.row, { x, y, w, h });
    }
    const { from } = held;
    put(held.row, { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) });
  });

  function release() {
    if (!held) return;
    const { row } = held;
    held = null;
    input(row, "what").focus();
  }

  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);
  document.addEventListener("input", (event) => { if (event.target.closest("[data-place]")) show(); });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-place]");
    if (row && row !== last) {
      last = row;
      show();
    }
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
})();
