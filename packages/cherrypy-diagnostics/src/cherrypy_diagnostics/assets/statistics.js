// The page of statistics: draws the plots, and keeps what is shown up to date.
// Whatever comes from the server is put in as text, or is a page that the server has escaped.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const MINUTE = 60;
const HOUR = 3600;
const TIME_STEPS = [30, 60, 120, 300, 600, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
const ROOM = {top: 20, right: 10, bottom: 22, left: 42};
const HEIGHT = 160;
const JOINED = 15; // slots in which a level may be unknown without a gap
const PATIENCE = 10000; // milliseconds
const RETRY = 5000; // milliseconds

const place = document.getElementById("plots");
const state = document.getElementById("state");
const figures = document.getElementById("figures");
const table = document.getElementById("table");
const span = place.dataset.span;
const canvases = new Map();
let known = null;
let chosen = null; // how many slots back from the latest one is looked at
let timer = 0;
let isLoading = false;
let failure = ""; // why there are no new figures

function number(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

function clock(seconds, withSeconds) {
  const options = {hour: "2-digit", minute: "2-digit", hourCycle: "h23"};
  if (withSeconds) {
    options.second = "2-digit";
  }
  return new Date(seconds * 1000).toLocaleTimeString("en-GB", options);
}

function latest(values) {
  for (let back = 1; back <= Math.min(JOINED, values.length); back += 1) {
    if (values.at(-back) !== null) {
      return values.at(-back);
    }
  }
  return null;
}

function shape(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  parent.append(made);
  return made;
}

// Round values for an axis that begins at 0: at most four steps of 1, 2 or 5 times a power of ten.
function ticks(most) {
  const rough = (most || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const found = [];
  for (let at = 0; at < most + step; at += step) {
    found.push(Number(at.toPrecision(12)));
  }
  return found.length > 1 ? found : [0, step];
}

function times(begin, end, width) {
  const most = Math.max(2, Math.floor(width / 64));
  const step = TIME_STEPS.find((each) => (end - begin) / each <= most) || 24 * HOUR;
  const ahead = -new Date(end * 1000).getTimezoneOffset() * MINUTE;
  const found = [];
  for (let at = Math.ceil((begin + ahead) / step) * step - ahead; at <= end; at += step) {
    found.push(at);
  }
  return [found, step < MINUTE];
}

// Pieces of a line, as lists of points. Counts have a gap where nothing is known; what is looked at
// now and then is joined over a short one.
function pieces(values, x, y) {
  const found = [];
  let before = -Infinity;
  values.forEach((value, at) => {
    if (value === null) {
      return;
    }
    if (at - before > JOINED) {
      found.push([]);
    }
    found.at(-1).push([x(at), y(value)]);
    before = at;
  });
  return found;
}

const path = (points) => "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");

function draw(plot, canvas) {
  const {step, end} = known;
  const width = Math.max(canvas.clientWidth, 120);
  const height = HEIGHT;
  const slots = plot.lines[0].values.length;
  const begin = end - slots * step;
  const most = Math.max(...plot.lines.flatMap((line) => line.values.map((value) => value ?? 0)));
  const scale = ticks(most);
  const top = scale.at(-1);
  const x = (at) => ROOM.left + ((at + 1) / slots) * (width - ROOM.left - ROOM.right);
  const y = (value) => height - ROOM.bottom - (value / top) * (height - ROOM.top - ROOM.bottom);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("aria-hidden", "true");
  for (const value of scale) {
    shape(svg, "line", {class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: y(value), y2: y(value)});
    shape(svg, "text", {x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end"}, number(value));
  }
  const [moments, withSeconds] = times(begin, end, width - ROOM.left - ROOM.right);
  for (const moment of moments) {
    const at = x((moment - begin) / step - 1);
    shape(svg, "line", {class: "grid", x1: at, x2: at, y1: ROOM.top, y2: height - ROOM.bottom});
    shape(svg, "text", {x: at, y: height - 6, "text-anchor": "middle"}, clock(moment, withSeconds));
  }
  plot.lines.forEach((line, index) => {
    for (const points of pieces(line.values, x, y)) {
      if (index === 0 && points.length > 1) {
        const floor = height - ROOM.bottom;
        const [first, last] = [points[0][0].toFixed(1), points.at(-1)[0].toFixed(1)];
        shape(svg, "path", {class: "area", d: `${path(points)}L${last} ${floor}L${first} ${floor}Z`});
      }
      const alone = points.length === 1 ? [points[0], points[0]] : points;
      shape(svg, "path", {class: `line line-${index + 1}`, d: path(alone)});
    }
  });
  if (chosen !== null) {
    const at = slots - 1 - chosen;
    const middle = Math.min(Math.max(x(at), ROOM.left + 24), width - 24);
    const until = clock(end - chosen * step, step < MINUTE);
    shape(svg, "text", {class: "at", x: middle, y: 11, "text-anchor": "middle"}, until);
    shape(svg, "line", {class: "cursor", x1: x(at), x2: x(at), y1: ROOM.top, y2: height - ROOM.bottom});
    plot.lines.forEach((line, index) => {
      if (line.values[at] !== null) {
        shape(svg, "circle", {class: `dot dot-${index + 1}`, cx: x(at), cy: y(line.values[at]), r: 4});
      }
    });
  }
  canvas.replaceChildren(svg);
}

function describe(plot, canvas) {
  const slots = plot.lines[0].values.length;
  const at = slots - 1 - (chosen ?? 0);
  const until = clock(known.end - (chosen ?? 0) * known.step, known.step < MINUTE);
  const seen = plot.lines.map((line) => {
    const value = chosen === null ? latest(line.values) : line.values[at];
    return `${line.name} ${number(value)} ${plot.unit}`.trim();
  });
  canvas.setAttribute("aria-valuemin", 1);
  canvas.setAttribute("aria-valuemax", slots);
  canvas.setAttribute("aria-valuenow", at + 1);
  canvas.setAttribute("aria-valuetext", `${until}: ${seen.join(", ")}`);
}

function show(plot) {
  const {canvas, values} = canvases.get(plot.title);
  draw(plot, canvas);
  describe(plot, canvas);
  plot.lines.forEach((line, index) => {
    const at = line.values.length - 1 - (chosen ?? 0);
    values[index].textContent = number(chosen === null ? latest(line.values) : line.values[at]);
  });
}

function showAll() {
  known.plots.forEach(show);
}

function slotsOf(plots) {
  return plots.length ? plots[0].lines[0].values.length : 0;
}

function choose(back) {
  const slots = slotsOf(known.plots);
  chosen = back === null ? null : Math.min(Math.max(back, 0), slots - 1);
  showAll();
}

function point(event) {
  const box = event.currentTarget.getBoundingClientRect();
  const slots = slotsOf(known.plots);
  const share = (event.clientX - box.left - ROOM.left) / (box.width - ROOM.left - ROOM.right);
  choose(slots - Math.round(share * slots));
}

function press(event) {
  const slots = slotsOf(known.plots);
  const page = Math.round(slots / 10);
  const now = chosen ?? 0;
  const moves = {
    ArrowLeft: now + 1,
    ArrowDown: now + 1,
    ArrowRight: now - 1,
    ArrowUp: now - 1,
    PageDown: now + page,
    PageUp: now - page,
    Home: slots - 1,
    End: 0,
    Escape: null,
  };
  if (event.key in moves) {
    event.preventDefault();
    choose(moves[event.key]);
  }
}

function element(parent, name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  parent.append(made);
  return made;
}

function build(plot) {
  const figure = element(place, "figure", "", {class: "plot"});
  const caption = element(figure, "figcaption", "");
  const title = element(caption, "h2", plot.title);
  if (plot.unit) {
    title.append(" ");
    element(title, "span", plot.unit, {class: "unit"});
  }
  const list = element(caption, "dl", "");
  const values = plot.lines.map((line) => {
    const entry = element(list, "div", "");
    element(entry, "dt", line.name);
    return element(entry, "dd", "");
  });
  const label = `${plot.title}${plot.unit ? ` in ${plot.unit}` : ""}: look back with the arrow keys`;
  const canvas = element(figure, "div", "", {
    class: "canvas", role: "slider", tabindex: "0", "aria-label": label,
  });
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("pointerleave", () => choose(null));
  canvas.addEventListener("blur", () => choose(null));
  canvas.addEventListener("keydown", press);
  canvases.set(plot.title, {canvas, values});
}

// Plots stay where they are, with their focus, unless others are shown than before.
function buildAll() {
  const wanted = known.plots.map((plot) => plot.title + plot.lines.map((line) => ` ${line.name}`));
  if (wanted.join() !== place.dataset.built) {
    place.dataset.built = wanted.join();
    place.replaceChildren();
    canvases.clear();
    known.plots.forEach(build);
    if (!known.plots.length) {
      element(place, "p", "There is nothing to show yet.");
    }
  }
}

function fillTable() {
  if (!table.open) {
    return;
  }
  const lines = known.plots.flatMap((plot) => plot.lines.map((line) => [plot, line]));
  const head = document.createElement("tr");
  element(head, "th", "Until", {scope: "col"});
  for (const [plot, line] of lines) {
    const unit = plot.unit && `, ${plot.unit}`;
    element(head, "th", `${plot.title} ${line.name}${unit}`, {scope: "col", class: "number"});
  }
  const body = document.createDocumentFragment();
  const slots = slotsOf(known.plots);
  for (let at = slots - 1; at >= 0; at -= 1) {
    if (lines.some(([, line]) => line.values[at] !== null)) {
      const row = element(body, "tr", "");
      const until = known.end - (slots - 1 - at) * known.step;
      element(row, "th", clock(until, known.step < MINUTE), {scope: "row"});
      for (const [, line] of lines) {
        element(row, "td", number(line.values[at]), {class: "number"});
      }
    }
  }
  table.querySelector("thead").replaceChildren(head);
  table.querySelector("tbody").replaceChildren(body);
}

const ids = (of) => [...of.querySelectorAll("td[id]")].map((cell) => cell.id).join("\n");

// Where the same cells are shown as before, only what is in them changes, and buttons keep their focus.
function showFigures(html) {
  const found = new DOMParser().parseFromString(html, "text/html").body;
  const busy = figures.contains(document.activeElement) && document.activeElement !== document.body;
  if (ids(found) !== ids(figures)) {
    if (!busy) {
      figures.replaceChildren(...found.childNodes);
    }
    return;
  }
  const cells = figures.querySelectorAll("td[id]");
  found.querySelectorAll("td[id]").forEach((cell, at) => {
    if (cells[at].innerHTML !== cell.innerHTML && !cells[at].contains(document.activeElement)) {
      cells[at].replaceChildren(...cell.childNodes);
      cells[at].className = cell.className;
    }
  });
}

async function get(address) {
  const answer = await fetch(address, {signal: AbortSignal.timeout(PATIENCE)});
  if (!answer.ok) {
    throw new Error(`the server says ${answer.status}`);
  }
  return answer;
}

const REASONS = {
  AbortError: `there is no answer for ${PATIENCE / 1000} seconds`,
  TimeoutError: `there is no answer for ${PATIENCE / 1000} seconds`,
  TypeError: "the server cannot be reached",
  SyntaxError: "something else answers; load the page again",
};

async function load() {
  if (isLoading) {
    return;
  }
  isLoading = true;
  try {
    known = await (await get(`plots?span=${span}`)).json();
    buildAll();
    showAll();
    fillTable();
    showFigures(await (await get("tables")).text());
    failure = "";
    document.body.dataset.loaded = Number(document.body.dataset.loaded || 0) + 1;
  } catch (error) {
    failure = REASONS[error.name] || error.message;
  }
  isLoading = false;
  tell();
  plan();
}

const isLive = () => live.getAttribute("aria-pressed") === "true";

// Say why what is shown does not change, if it does not.
function tell() {
  const since = known ? `What you see is of ${clock(known.end, true)}` : "What you see came with the page";
  let text = known ? known.note : "";
  if (!isLive()) {
    text = `${since}: the page is not live.`;
  } else if (failure) {
    text = `${since}: ${failure}. Trying again every ${RETRY / 1000} seconds.`;
  }
  if (state.textContent !== text) { // or it would be read aloud again
    state.textContent = text;
  }
  document.body.toggleAttribute("data-stale", Boolean(failure));
}

function plan() {
  clearTimeout(timer);
  if (isLive() && !document.hidden) {
    const wait = Math.min(Math.max(2, known ? known.step : 2), 30) * 1000;
    timer = setTimeout(load, failure ? RETRY : wait);
  }
}

// Go on at once: the page is seen again, or there is a network again.
function resume() {
  clearTimeout(timer);
  if (isLive() && !document.hidden) {
    load();
  }
}

const live = element(document.querySelector("header"), "button", "Live", {
  id: "live", type: "button", "aria-pressed": "true", title: "Keep the page up to date",
});
live.addEventListener("click", () => {
  live.setAttribute("aria-pressed", !isLive());
  tell();
  resume();
});
document.addEventListener("visibilitychange", resume);
window.addEventListener("online", resume);
table.addEventListener("toggle", () => known && fillTable());
new ResizeObserver(() => known && canvases.size && showAll()).observe(place);
load();
