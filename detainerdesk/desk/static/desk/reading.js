// The reading desk: C brings the field for a correction to hand, one answer is sent once, the page follows the field in focus. Every page works without it.
"use strict";
(() => {
  const find = (selector, root = document) => root.querySelector(selector);

  // A letter is text in a text field; held down it counts once.
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.toLowerCase() !== "c" || document.body.dataset.letters === "off") return;
    const question = event.target.closest && event.target.closest("[data-question]");
    const typed = question && find("[data-typed]:not([disabled])", question);
    if (!typed || event.target.matches("input:not([type=radio])")) return;
    event.preventDefault();
    typed.checked = true;
    find("#value").focus();
    find("#value").select();
  });

  // Who types a correction, or a number, has chosen it.
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.matches("input[type=text], input:not([type])") && event.target.closest(".look");
    const typed = form && find("[data-typed]", form);
    if (typed) typed.checked = true;
  });

  // A second key before the next page has come answers nothing.
  document.addEventListener("submit", (event) => {
    if (document.body.classList.contains("busy")) event.preventDefault();
    else document.body.classList.add("busy");
  });
  addEventListener("pageshow", () => document.body.classList.remove("busy"));

  function follow() {
    const frame = find(".drawn__frame");
    const mark = frame && find(".mark--now", frame);
    if (!mark) return;
    const place = mark.getBoundingClientRect();
    const seen = frame.getBoundingClientRect();
    frame.scrollTop += place.top - seen.top - Math.max(0, (frame.clientHeight - place.height) / 2);
    frame.scrollLeft += place.left - seen.left - Math.max(0, (frame.clientWidth - place.width) / 2);
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id === "paper") follow();
  });
  follow();
})();
