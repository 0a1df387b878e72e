// Keys, focus, the minute tick of clocks, and the picture that follows the field in focus. Every page works without this file.
"use strict";
(() => {
  const TEXT = "input:not([type=radio]):not([type=checkbox]):not([type=hidden]), textarea, select";
  const MINUTE = 60000;
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const shown = (element) => element && element.getClientRects().length > 0;

  // ---- keys: letters answer or move, none records a decision ----------------------------------------------------

  document.addEventListener("keydown", (event) => {
    const inText = event.target.matches && event.target.matches(TEXT);
    if (event.repeat) {
      if (event.key === "Enter" || (!inText && event.key.length === 1)) event.preventDefault();
      else if (!event.key.startsWith("Arrow")) return;
      if (event.key.length === 1 || event.key === "Enter") return;
    }
    if (event.key === "Enter" && event.ctrlKey) return commit(event);
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") return follow(event, find("[data-back]"));
    if (inText) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp" || event.key === "Home" || event.key === "End") return move(event);
    if (event.key.length !== 1) return;
    if ("[]+-".includes(event.key) && picture(event)) return;
    if (document.body.dataset.letters === "off" && event.key !== "/") return;
    const key = event.key.toLowerCase();
    const question = event.target.closest && event.target.closest("[data-question]");
    if (question && answer(event, question, key)) return;
    if (key === "/") return focusOn(event, find("[data-find]"));
    if (key === "c") return follow(event, find("a[data-check]") || find("a[data-field]"));
    follow(event, all("[data-hotkey]").find((element) => element.dataset.hotkey === key));
  });

  function commit(event) {
    event.preventDefault();
    const form = event.target.closest && event.target.closest("form");
    const own = form && event.target.matches(TEXT) && find("button[data-commit], button:not([type=button])", form);
    const button = own || find("[data-commit]");
    if (shown(button) && !button.disabled) button.form.requestSubmit(button);
  }

  function answer(event, question, key) {
    const radio = all("input[data-key]", question).find((one) => one.dataset.key === key && !one.disabled);
    if (!radio) return false;
    event.preventDefault();
    if (document.body.classList.contains("busy")) return true;
    radio.checked = true;
    radio.form.requestSubmit();
    return true;
  }

  function follow(event, element) {
    if (!element) return;
    event.preventDefault();
    if (element.matches("a")) element.click();
    else element.focus(); // a button is only brought to hand: Enter presses it
  }

  function focusOn(event, element) {
    if (!element) return;
    event.preventDefault();
    element.focus();
    if (element.select) element.select();
  }

  function move(event) {
    const rows = all("[data-row]");
    if (!rows.length || !(event.target === document.body || event.target.matches("[data-row], main, .board__rows"))) return;
    const here = rows.indexOf(document.activeElement);
    const last = rows.length - 1;
    const next = { ArrowDown: here + 1, ArrowUp: here < 0 ? last : here - 1, Home: 0, End: last }[event.key];
    event.preventDefault();
    rows[Math.max(0, Math.min(last, next))].focus();
  }

  // ---- focus: on arrival the question; after the last answer the record button --------------------------------

  function arrive(afterAnswer) {
    const wanted = find("[data-arrive]") || (afterAnswer ? find("#record") : null) || find("[data-row]") || find("#headline");
    if (!wanted || (document.activeElement && document.activeElement.matches(TEXT))) return;
    if (!wanted.matches("a, button, input, [tabindex]")) wanted.tabIndex = -1;
    wanted.focus({ preventScroll: wanted.matches("[data-row], #headline") });
  }

  // ---- clocks: the text changes each minute; a polite word at 4 h, 1 h, 15 min; the end once, at once ----------

  const loaded = performance.now();
  const MARKS = [240, 60, 15];
  const said = new Map();

  function now() {
    const clock = find("[data-now]");
    return clock ? new Date(new Date(clock.dataset.now).getTime() + (performance.now() - arrived)) : new Date();
  }

  let arrived = loaded;

  function span(minutes) {
    const hours = Math.floor(minutes / 60);
    return hours ? hours + " h" + (minutes % 60 ? " " + (minutes % 60) + " min" : "") : minutes + " min";
  }

  function tick() {
    const clock = find("[data-now]");
    if (!clock) return;
    const at = now();
    if (clock.dataset.zone) clock.textContent = inZone(at, clock.dataset.zone);
    for (const one of all("[data-until]")) {
      const left = Math.ceil((new Date(one.dataset.until) - at) / MINUTE);
      replaceSpan(one, left > 0 ? span(left) + " left" : "ended");
      speak(one, left);
    }
    for (const one of all("[data-since]")) {
      replaceSpan(one, span(Math.max(0, Math.floor((at - new Date(one.dataset.since)) / MINUTE))) + " ago");
    }
  }

  function replaceSpan(element, words) {
    element.textContent = element.textContent.replace(/\((?:\d[^()]* (?:left|ago)|ended)\)/, "(" + words + ")");
  }

  function speak(element, left) {
    const id = element.dataset.until;
    const before = said.get(id);
    said.set(id, left);
    if (before === undefined) return;
    if (before > 0 && left <= 0) find("#shout").textContent = "The clock has ended. " + element.textContent;
    else if (MARKS.some((mark) => before > mark && left <= mark)) find("#say").textContent = element.textContent;
  }

  function inZone(at, zone) {
    const options = { timeZone: zone, weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
      hourCycle: "h23", timeZoneName: "short" };
    const part = Object.fromEntries(new Intl.DateTimeFormat("en-US", options).formatToParts(at).map((p) => [p.type, p.value]));
    return `${part.weekday} ${part.month} ${part.day}, ${part.hour}:${part.minute} ${part.timeZoneName}`;
  }

  // ---- the picture: pages, size, and the place of the field in focus -------------------------------------------

  const LETTER = { width: 612, height: 792 }; // points; places are given in them
  const SIZES = [592, 888, 1184];

  function pages() {
    return all("[data-picture]");
  }

  function picture(event) {
    if (!pages().length) return false;
    event.preventDefault();
    if (event.key === "[" || event.key === "]") turn(event.key === "]" ? 1 : -1);
    else resize(event.key === "+" ? 1 : -1);
    return true;
  }

  function turn(step) {
    const list = pages();
    const next = Math.max(0, Math.min(list.length - 1, current(list) + step));
    show(list[next]);
  }

  function current(list) {
    const label = find("[data-page-label]").textContent;
    return Math.max(0, list.findIndex((one) => one.dataset.label === label));
  }

  function show(figure, y = 0) {
    const frame = find(".paper__pages");
    frame.scrollTop = figure.offsetTop - frame.offsetTop + y;
    find("[data-page-label]").textContent = figure.dataset.label;
  }

  function resize(step) {
    const frame = find(".paper__pages");
    const at = SIZES.indexOf(Number(frame.dataset.width || SIZES[0]));
    const width = SIZES[Math.max(0, Math.min(SIZES.length - 1, at + step))];
    frame.dataset.width = width;
    for (const figure of pages()) {
      const image = find("img", figure);
      figure.style.width = width + "px";
      figure.style.maxWidth = width === SIZES[0] ? "" : "none";
      if (width > SIZES[0] && !image.src.includes("size=large")) image.src += "?size=large";
    }
    all(".paper__place").forEach((place) => place.remove());
  }

  function point(field) {
    all(".paper__place").forEach((place) => place.remove());
    const figure = pages().find((one) => one.dataset.picture === field.dataset.page);
    if (!figure) return;
    const image = find("img", figure);
    const likeLetter = image.naturalWidth && Math.abs(image.naturalHeight / image.naturalWidth - LETTER.height / LETTER.width) < 0.04;
    if (!field.dataset.box || !likeLetter) return show(figure);
    const scale = image.clientWidth / LETTER.width;
    const [x0, y0, x1, y1] = field.dataset.box.split(" ").map((one) => Number(one) * scale);
    const place = document.createElement("div");
    place.className = "paper__place";
    place.style.left = x0 - 5 + "px";
    place.style.top = y0 - 5 + "px";
    place.style.width = x1 - x0 + 10 + "px";
    place.style.height = y1 - y0 + 10 + "px";
    find(".paper__sheet", figure).append(place);
    show(figure, Math.max(0, y0 - 120));
  }

  document.addEventListener("focusin", (event) => {
    const field = event.target.closest && event.target.closest("[data-field][data-page]");
    if (field && pages().length) point(field);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-turn], [data-size], [data-correct]");
    if (!button) return;
    if (button.dataset.turn) turn(Number(button.dataset.turn));
    else if (button.dataset.size) resize(Number(button.dataset.size));
    else follow(event, find("a[data-check]") || find("a[data-field]"));
  });

  document.addEventListener("load", (event) => {
    if (event.target.matches && event.target.matches("[data-picture] img")) {
      const field = document.activeElement && document.activeElement.closest("[data-field][data-page]");
      // only the field's own page, and once: a page that comes later never pulls the reader back
      const own = field && event.target.closest("[data-picture]").dataset.picture === field.dataset.page;
      if (own && !find(".paper__place")) point(field);
    }
  }, true);

  // ---- pages that come by htmx ----------------------------------------------------------------------------------

  function ready(afterAnswer) {
    arrived = performance.now();
    all("[data-turn], [data-size], [data-correct]").forEach((button) => { button.hidden = false; });
    if (!find("a[data-field]")) all("[data-correct]").forEach((button) => { button.hidden = true; });
    arrive(afterAnswer);
    tick();
  }

  document.addEventListener("htmx:beforeRequest", () => document.body.classList.add("busy"));
  document.addEventListener("htmx:afterRequest", (event) => {
    document.body.classList.remove("busy");
    if (event.detail.successful || (event.detail.xhr && event.detail.xhr.status >= 400 && event.detail.xhr.status < 500)) {
      find("#cut-off").hidden = true;
      return;
    }
    const clock = find("[data-now]");
    const since = clock ? clock.textContent : "now";
    find("#cut-off").textContent = `No contact since ${since}. Nothing was saved. Times may be old. Use the station card.`;
    find("#cut-off").hidden = false;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id === "page") ready(true);
  });

  ready(false);
  const toNextMinute = () => MINUTE - (now().getTime() % MINUTE) + 50;
  const next = () => setTimeout(() => { tick(); next(); }, toNextMinute());
  next();
})();
