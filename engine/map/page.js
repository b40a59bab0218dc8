"use strict";
// The map of one page. What can be told without a page (decoding, view, search, labels, raster) stands on top as pure
// functions, which the tests call; `start` ties them to the page.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LARGEST = 65535;

/** Return the bytes of a base64 text. */
function decode(text) {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[LETTERS.charCodeAt(i)] = i;
  const length = text.replace(/=+$/, "").length;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0, held = 0, at = 0;
  for (let i = 0; i < length; i++) {
    held = (held << 6) | values[text.charCodeAt(i)];
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  return bytes;
}

/** Return 16-bit numbers, written with the low byte first, of a base64 text. */
function numbers(text) {
  const bytes = decode(text), values = new Uint16Array(bytes.length >> 1);
  for (let i = 0; i < values.length; i++) values[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  return values;
}

/** Return [title, snippet] of every passage; an empty title is that of the passage before. */
function readTexts(blocks) {
  const texts = [];
  let title = "";
  for (const block of blocks)
    for (let i = 0; i < block.length; i += 2) {
      if (block[i] !== 0) title = block[i];
      texts.push([title, block[i + 1]]);
    }
  return texts;
}

/** Return a text for comparing: small letters without accents. */
function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
}

/** Return the rows whose folded text holds every word of a query, in their order. */
function search(folded, query) {
  const words = fold(query).split(/\s+/).filter((word) => word);
  const rows = [];
  if (words.length)
    for (let row = 0; row < folded.length; row++) {
      let holds = true;
      for (const word of words) if (!folded[row].includes(word)) { holds = false; break; }
      if (holds) rows.push(row);
    }
  return rows;
}

// A view is {x, y, scale}: the place in the middle of the picture, and pixels to a map unit. Up is positive on the map.

function toScreen(view, width, height, x, y) {
  return [(x - view.x) * view.scale + width / 2, (view.y - y) * view.scale + height / 2];
}

function toMap(view, width, height, px, py) {
  return [(px - width / 2) / view.scale + view.x, view.y - (py - height / 2) / view.scale];
}

/** Return the view that shows a box of the map whole. */
function fit(box, width, height) {
  const across = Math.max(box[2] - box[0], 1), up = Math.max(box[3] - box[1], 1);
  const scale = 0.86 * Math.min(width / across, height / up);
  return { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, scale: Math.max(scale, 1e-6) };
}

/** Return the view so much closer that keeps the place under a pixel where it is. */
function zoomAt(view, width, height, px, py, factor) {
  const scale = Math.min(Math.max(view.scale * factor, 1e-4), 40);
  const [x, y] = toMap(view, width, height, px, py);
  return { x: x - (px - width / 2) / scale, y: y + (py - height / 2) / scale, scale };
}

/** Return the rows sorted by the cells of a square grid: {side, cell, starts, rows}. */
function makeGrid(x, y) {
  const n = x.length, side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 2))));
  const cell = (LARGEST + 1) / side, starts = new Uint32Array(side * side + 1), cells = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    cells[i] = Math.floor(y[i] / cell) * side + Math.floor(x[i] / cell);
    starts[cells[i] + 1]++;
  }
  for (let i = 0; i < side * side; i++) starts[i + 1] += starts[i];
  const next = starts.slice(), rows = new Uint32Array(n);
  for (let i = 0; i < n; i++) rows[next[cells[i]]++] = i;
  return { side, cell, starts, rows };
}

/** Return the row nearest to a place within a radius of map units, -1 when there is none. */
function nearest(grid, x, y, px, py, radius, allowed) {
  const last = grid.side - 1, of = (value) => Math.min(last, Math.max(0, Math.floor(value / grid.cell)));
  let best = -1, least = radius * radius;
  for (let r = of(py - radius); r <= of(py + radius); r++)
    for (let c = of(px - radius); c <= of(px + radius); c++)
      for (let k = grid.starts[r * grid.side + c]; k < grid.starts[r * grid.side + c + 1]; k++) {
        const row = grid.rows[k], away = (x[row] - px) ** 2 + (y[row] - py) ** 2;
        if (away <= least && (!allowed || allowed(row))) { best = row; least = away; }
      }
  return best;
}

/** Return a name in lines of some twenty letters, broken between its words. */
function inLines(name) {
  const lines = [], parts = name.split(", ");
  const pieces = parts.length > 1 ? parts.map((part, i) => (i < parts.length - 1 ? part + "," : part)) : name.split(" ");
  for (const piece of pieces) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + piece.length < 20) lines[last] += " " + piece;
    else lines.push(piece);
  }
  return lines.slice(0, 3);
}

/** Return the labels to show, none over another: branches from afar, then clusters, and parts from near. */
function chooseLabels(labels, view, width, height, measure) {
  const shown = [], bounds = { branch: [36, 0.3], cluster: [9, 4], part: [55, 4] };
  for (const label of labels) {
    const radius = label.r * view.scale, [least, most] = bounds[label.level];
    if (!label.name || radius < least || radius > most * Math.min(width, height)) continue;
    const [px, py] = toScreen(view, width, height, label.x, label.y);
    const size = label.level === "branch" ? 15 : label.level === "cluster" ? Math.min(15, 11 + radius / 60) : 11;
    const lines = inLines(label.name), wide = Math.max(...lines.map((line) => measure(line, size)));
    const box = [px - wide / 2 - 3, py - lines.length * size * 0.6 - 2, px + wide / 2 + 3, py + lines.length * size * 0.6 + 2];
    if (box[2] < 0 || box[0] > width || box[3] < 0 || box[1] > height) continue;
    if (shown.some(({ box: b }) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
    shown.push({ label, lines, size, px, py, box });
  }
  return shown;
}

/** Return [red, green, blue] of #rrggbb. */
function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Draw discs into an RGBA picture, each over what is there; `strength(row)` in [0, 1] says how much. */
function raster(pixels, width, height, view, points, colours, radius, order, strength) {
  const reach = Math.ceil(radius + 0.5), side = 2 * reach + 1, cover = new Float32Array(side * side);
  for (let j = 0; j < side; j++)
    for (let i = 0; i < side; i++)
      cover[j * side + i] = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(i - reach, j - reach)));
  for (let k = 0; k < order.length; k++) {
    const row = order[k], much = strength(row);
    const px = Math.round((points.x[row] - view.x) * view.scale + width / 2);
    const py = Math.round((view.y - points.y[row]) * view.scale + height / 2);
    if (much <= 0 || px < -reach || py < -reach || px >= width + reach || py >= height + reach) continue;
    const [red, green, blue] = colours[points.cluster[row]];
    for (let j = 0; j < side; j++) {
      const y = py + j - reach;
      if (y < 0 || y >= height) continue;
      for (let i = 0; i < side; i++) {
        const x = px + i - reach, part = cover[j * side + i] * much;
        if (part <= 0 || x < 0 || x >= width) continue;
        const at = 4 * (y * width + x);
        pixels[at] += (red - pixels[at]) * part;
        pixels[at + 1] += (green - pixels[at + 1]) * part;
        pixels[at + 2] += (blue - pixels[at + 2]) * part;
      }
    }
  }
}

function start() {
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by("data").textContent);
  const texts = readTexts([...document.querySelectorAll("script.texts")].map((part) => JSON.parse(part.textContent)));
  const points = { x: numbers(data.x), y: numbers(data.y), cluster: numbers(data.cluster) }; // 0 is noise
  const n = points.x.length, grid = makeGrid(points.x, points.y);
  const rows = Uint32Array.from({ length: n }, (_, row) => row);
  const labels = [...data.branches.map((one) => Object.assign({ level: "branch" }, one)),
                  ...data.clusters.map((one) => Object.assign({ level: "cluster" }, one)),
                  ...data.parts.map((one) => Object.assign({ level: "part" }, one))];
  const canvas = by("map"), card = by("card"), told = by("told"), pen = canvas.getContext("2d");
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let width = 1, height = 1, density = 1, view = null, folded = null, hovered = -1, asked = false, moving = 0;
  let lit = null, walk = [], at = -1; // lit: the rows that stand out, as bytes; walk: those that N and P go through

  const isDark = () => (data.scheme === "auto" ? darkness.matches : data.scheme === "dark");
  const colours = () => [rgb(data.noise[+isDark()]), ...data.clusters.map((one) => rgb(one.colours[+isDark()]))];
  const box = (chosen) => {
    const found = [Infinity, Infinity, -Infinity, -Infinity];
    for (const row of chosen) {
      found[0] = Math.min(found[0], points.x[row]); found[2] = Math.max(found[2], points.x[row]);
      found[1] = Math.min(found[1], points.y[row]); found[3] = Math.max(found[3], points.y[row]);
    }
    return found;
  };
  const nameOf = (row) => (points.cluster[row] ? data.clusters[points.cluster[row] - 1].name : "In no cluster");
  const radiusOf = () => Math.min(5.5, Math.max(n > 30000 ? 0.6 : 1.2, Math.min(4, 0.2 * Math.sqrt((width * height) / n))) *
                                  Math.min(3, Math.max(1, Math.sqrt(view.scale / fit([0, 0, LARGEST, LARGEST], width, height).scale) * 0.8)));

  function draw() {
    asked = false;
    const w = canvas.width, h = canvas.height, style = getComputedStyle(document.documentElement);
    const ground = style.getPropertyValue("--ground").trim(), ink = style.getPropertyValue("--ink").trim();
    const picture = pen.createImageData(w, h), [red, green, blue] = rgb(ground);
    new Uint32Array(picture.data.buffer).fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    const seen = { x: view.x, y: view.y, scale: view.scale * density }, radius = radiusOf() * density, paint = colours();
    raster(picture.data, w, h, seen, points, paint, radius, rows, (row) => (lit ? (lit[row] ? 0 : 0.13) : points.cluster[row] ? 0.72 : 0.4));
    if (lit) raster(picture.data, w, h, seen, points, paint, radius * 1.35, rows, (row) => (lit[row] ? 0.95 : 0));
    pen.putImageData(picture, 0, 0);
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    const face = (size, level) => `${level === "part" ? 500 : 600} ${size}px system-ui, "Segoe UI", Roboto, sans-serif`;
    const measure = (line, size) => { pen.font = face(size, "cluster"); return pen.measureText(line).width; };
    for (const { label, lines, size, px, py } of chooseLabels(labels, view, width, height, measure)) {
      pen.font = face(size, label.level); pen.strokeStyle = ground; pen.fillStyle = ink; pen.lineWidth = 4;
      lines.forEach((line, i) => {
        const y = py + (i - (lines.length - 1) / 2) * size * 1.2;
        pen.globalAlpha = 0.85; pen.strokeText(line, px, y);
        pen.globalAlpha = label.level === "branch" ? 0.75 : 1; pen.fillText(line, px, y);
      });
    }
    pen.globalAlpha = 1;
    if (hovered >= 0) {
      const [px, py] = toScreen(view, width, height, points.x[hovered], points.y[hovered]);
      pen.strokeStyle = ink; pen.lineWidth = 2; pen.beginPath();
      pen.arc(px, py, radiusOf() + 4, 0, 2 * Math.PI); pen.stroke();
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
  }
  const redraw = () => { if (!asked) { asked = true; requestAnimationFrame(draw); } };

  function glide(target) {
    const begin = view, number = ++moving, from = performance.now();
    if (still.matches) { view = target; redraw(); return; }
    const step = (now) => {
      if (number !== moving) return;
      const t = Math.min(1, Math.max(0, (now - from) / 350)), s = t * t * (3 - 2 * t);
      view = { x: begin.x + (target.x - begin.x) * s, y: begin.y + (target.y - begin.y) * s, scale: begin.scale * (target.scale / begin.scale) ** s };
      redraw();
      if (t < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
  const showAll = () => glide(fit(n ? box(rows) : [0, 0, LARGEST, LARGEST], width, height));

  function element(kind, text, name) {
    const made = document.createElement(kind);
    if (text !== undefined) { made.textContent = text; made.dir = "auto"; }
    if (name) made.className = name;
    return made;
  }

  function hover(row) {
    hovered = row;
    card.hidden = row < 0;
    if (row >= 0) {
      card.replaceChildren(element("b", texts[row][0]), element("p", texts[row][1]), element("p", nameOf(row), "of"));
      const [px, py] = toScreen(view, width, height, points.x[row], points.y[row]);
      const w = card.offsetWidth, h = card.offsetHeight;
      card.style.left = Math.max(6, Math.min(width - w - 6, px + (px + w + 24 > width ? -w - 14 : 14))) + "px";
      card.style.top = Math.max(6, Math.min(height - h - 6, py - h / 2)) + "px";
    }
    redraw();
  }

  function goTo(row) {
    glide({ x: points.x[row], y: points.y[row], scale: Math.max(view.scale, 4 * fit([0, 0, LARGEST, LARGEST], width, height).scale) });
    setTimeout(() => hover(row), still.matches ? 0 : 380);
    told.textContent = `${texts[row][0]}: ${texts[row][1]}`;
  }

  const MOST = 100;
  function list(heading, chosen) {
    walk = chosen; at = -1;
    by("found").hidden = !chosen.length;
    by("heading").textContent = heading;
    by("passages").replaceChildren(...Array.from(chosen.slice(0, MOST), (row, place) => {
      const item = element("li"), button = element("button");
      button.append(element("b", texts[row][0]), element("span", texts[row][1]));
      button.addEventListener("click", () => { at = place; goTo(row); });
      item.append(button);
      return item;
    }));
  }

  function pick(chosen) {
    lit = chosen ? new Uint8Array(n) : null;
    if (chosen) for (const row of chosen) lit[row] = 1;
    hover(-1);
  }

  function find(query) {
    for (const button of by("outline").querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
    for (const parts of by("outline").querySelectorAll(".parts")) parts.hidden = true;
    if (!query.trim()) { pick(null); list("", []); told.textContent = data.told; return; }
    folded = folded || texts.map(([title, snippet], row) => fold(`${title} ${snippet} ${nameOf(row)}`));
    const found = search(folded, query);
    pick(found);
    list(found.length > MOST ? `The first ${MOST} of ${found.length} found` : "Found", found);
    told.textContent = found.length ? `${found.length} of ${n} passages` : "Nothing found. Only titles, snippets and cluster names are in this file.";
  }

  function choose(button, ids, exemplars, name) {
    const pressed = button.getAttribute("aria-pressed") === "true", wanted = new Set(ids.map((id) => id + 1));
    by("search").value = "";
    find("");
    if (pressed) return;
    const chosen = rows.filter((row) => wanted.has(points.cluster[row]));
    pick(chosen);
    list(exemplars.length ? "Typical passages" : "", exemplars);
    walk = exemplars.length ? exemplars : chosen;
    button.setAttribute("aria-pressed", "true");
    const parts = button.parentElement.querySelector(":scope > .parts");
    if (parts) parts.hidden = false;
    told.textContent = `${name}: ${chosen.length} passages`;
    if (chosen.length) glide(fit(box(chosen), width, height));
  }

  function entry(one, kind, act, dot) {
    const item = element("li"), button = element("button", undefined, kind);
    if (dot) { const mark = element("span", undefined, "dot"); mark.dataset.cluster = dot; button.append(mark); }
    button.append(element("span", one.name || "Unnamed", "name"), element("span", one.size.toLocaleString("en"), "size"));
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => act(button));
    item.append(button);
    return item;
  }

  function outline(parent) {
    const below = element("ul");
    data.branches.forEach((one, id) => {
      if (one.parent !== parent) return;
      const item = entry(one, "branch", (button) => choose(button, one.clusters, one.clusters.flatMap((c) => data.clusters[c].exemplars.slice(0, 1)), one.name));
      item.append(outline(id));
      below.append(item);
    });
    data.clusters.forEach((one, id) => {
      if (one.branch !== parent) return;
      const item = entry(one, "cluster", (button) => choose(button, [id], one.exemplars, one.name), id + 1);
      const parts = data.parts.filter((part) => part.cluster === id && part.name), inner = element("ul", undefined, "parts");
      inner.hidden = true; // shown with the cluster, when it is chosen
      for (const part of parts)
        inner.append(entry(part, "part", () => glide({ x: part.x, y: part.y, scale: Math.min(width, height) / (5 * part.r + 40) })));
      if (parts.length) item.append(inner);
      below.append(item);
    });
    return below;
  }

  function dye() {
    const paint = colours();
    for (const mark of document.querySelectorAll(".dot")) mark.style.background = `rgb(${paint[mark.dataset.cluster].join(" ")})`;
    redraw();
  }

  function resize() {
    width = Math.max(1, canvas.clientWidth); height = Math.max(1, canvas.clientHeight);
    density = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(width * density); canvas.height = Math.round(height * density);
    view = view || fit(n ? box(rows) : [0, 0, LARGEST, LARGEST], width, height);
    redraw();
  }

  const hands = new Map();
  let travelled = 0;
  const place = (event) => { const frame = canvas.getBoundingClientRect(); return [event.clientX - frame.left, event.clientY - frame.top]; };
  const under = ([px, py], reach) => {
    const [x, y] = toMap(view, width, height, px, py);
    return nearest(grid, points.x, points.y, x, y, reach / view.scale, lit ? (row) => lit[row] : null);
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); hands.set(event.pointerId, place(event)); travelled = 0; moving++; });
  canvas.addEventListener("pointermove", (event) => {
    const now = place(event), before = hands.get(event.pointerId);
    if (!before) { const row = under(now, radiusOf() + 6); if (row !== hovered) hover(row); return; }
    const others = [...hands].filter(([id]) => id !== event.pointerId).map(([, where]) => where);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length) {
      const fixed = others[0], was = Math.hypot(before[0] - fixed[0], before[1] - fixed[1]), is = Math.hypot(now[0] - fixed[0], now[1] - fixed[1]);
      if (was > 1) view = zoomAt(view, width, height, fixed[0], fixed[1], is / was);
    } else view = { x: view.x - (now[0] - before[0]) / view.scale, y: view.y + (now[1] - before[1]) / view.scale, scale: view.scale };
    hands.set(event.pointerId, now);
    if (travelled > 4 && hovered >= 0) hover(-1);
    redraw();
  });
  const lift = (event) => { if (hands.delete(event.pointerId) && travelled <= 4 && !hands.size) hover(under(place(event), radiusOf() + (event.pointerType === "touch" ? 16 : 6))); };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", (event) => hands.delete(event.pointerId));
  canvas.addEventListener("pointerleave", (event) => { if (!hands.size && event.pointerType === "mouse") hover(-1); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    moving++;
    const [px, py] = place(event);
    view = zoomAt(view, width, height, px, py, Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)));
    hover(-1);
  }, { passive: false });
  const zoom = (factor) => glide(zoomAt(view, width, height, width / 2, height / 2, factor));
  const shift = (x, y) => { moving++; view = { x: view.x + (x * 60) / view.scale, y: view.y + (y * 60) / view.scale, scale: view.scale }; hover(-1); };
  const step = (by) => { if (walk.length) { at = (at + by + walk.length) % walk.length; goTo(walk[at]); } };
  const keys = {
    ArrowLeft: () => shift(-1, 0), ArrowRight: () => shift(1, 0), ArrowUp: () => shift(0, 1), ArrowDown: () => shift(0, -1),
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: showAll, Home: showAll,
    n: () => step(1), p: () => step(-1), Enter: () => hover(under([width / 2, height / 2], Infinity)),
    Escape: () => { by("search").value = ""; find(""); },
  };
  canvas.addEventListener("keydown", (event) => {
    const act = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "/" && document.activeElement !== by("search")) { event.preventDefault(); by("search").focus(); } });
  by("search").addEventListener("keydown", (event) => { if (event.key === "Enter") step(1); if (event.key === "Escape") keys.Escape(); });
  let waiting = 0;
  by("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => find(by("search").value), 120); });
  by("closer").addEventListener("click", () => zoom(1.5));
  by("away").addEventListener("click", () => zoom(1 / 1.5));
  by("all").addEventListener("click", showAll);
  darkness.addEventListener("change", dye);
  new ResizeObserver(resize).observe(canvas);
  by("outline").append(...outline(-1).children);
  told.textContent = data.told;
  resize();
  dye();
}

if (typeof document !== "undefined") start();
