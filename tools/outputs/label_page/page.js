// SPDX-License-Identifier: MIT
// Draws the labels' colours over the picture and names the label under the cursor. Names reach the page as text only,
// never as markup.
"use strict";

const result = JSON.parse(document.getElementById("result").textContent);
const picture = document.getElementById("picture");
const view = document.getElementById("view");
const byId = id => document.getElementById(id);

// One number a point of the page's grid, row by row: an index of result.labels. 16 bits, little-endian as is every
// machine that browsers run on.
const points = new Uint16Array(
  Uint8Array.from(atob(byId("labels").textContent.trim()), c => c.charCodeAt(0)).buffer);
const {width: columns, height: rows} = result.grid;
const state = {only: -1, column: columns >> 1, row: rows >> 1, layer: null};

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// A share in percent, as fcn-infer prints it: 100 only if every pixel has the label, and never 0.
function shareText(share) {
  if (share < 0.0001) return "< 0.01 %";
  if (share < 1 && share > 0.9999) return "> 99.99 %";
  return (100 * share).toFixed(2) + " %";
}

const isShown = index =>
  state.only === index || state.only < 0 && (!result.labels[index].background || byId("show-background").checked);

function paintLayer() {
  state.layer = new OffscreenCanvas(columns, rows);
  const context = state.layer.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);  // red in the lowest byte
  const colours = Uint32Array.from(result.labels, ({colour: [red, green, blue]}, index) =>
    isShown(index) ? (0xff000000 | blue << 16 | green << 8 | red) >>> 0 : 0);
  points.forEach((index, i) => { pixels[i] = colours[index]; });
  context.putImageData(image, 0, 0);
}

function draw() {
  // As sharp as the screen shows it, and no canvas beyond what browsers allow.
  const width = Math.min(Math.max(Math.round(view.clientWidth * devicePixelRatio), 1), 4096);
  view.width = width;
  view.height = Math.max(Math.round(result.height * width / result.width), 1);
  const context = view.getContext("2d");
  context.drawImage(picture, 0, 0, view.width, view.height);
  context.globalAlpha = Number(byId("cover").value) / 100;
  context.imageSmoothingEnabled = false;
  context.drawImage(state.layer, 0, 0, view.width, view.height);
  context.globalAlpha = 1;
  drawCross(context, (state.column + 0.5) * view.width / columns, (state.row + 0.5) * view.height / rows);
  view.dataset.drawn = String(Number(view.dataset.drawn || 0) + 1);
}

function drawCross(context, x, y) {
  const arm = 9 * devicePixelRatio, gap = 3 * devicePixelRatio;
  for (const [line, stroke] of [[5, "#000a"], [2, "#fff"]]) {
    context.lineWidth = line * devicePixelRatio;
    context.strokeStyle = stroke;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * gap, y + dy * gap);
      context.lineTo(x + dx * arm, y + dy * arm);
    }
    context.stroke();
  }
}

function showPoint() {
  const label = result.labels[points[state.row * columns + state.column]];
  // The picture's own pixel in whose place the point stands.
  const at = (place, count, size) => Math.floor((place + 0.5) * size / count);
  const line = element("p");
  line.append(element("bdi", label.label), element("span", ` (class ${label.class})`, "faint"));
  byId("cell").replaceChildren(
    line, element("p", `Pixel (${at(state.column, columns, result.width)}, ${at(state.row, rows, result.height)}); ` +
                       `${label.pixels} pixels have this label, ${shareText(label.share)}`, "faint"));
}

function choosePoint(column, row) {
  state.column = Math.min(Math.max(column, 0), columns - 1);
  state.row = Math.min(Math.max(row, 0), rows - 1);
  showPoint();
  draw();
}

function update() {
  byId("cover-text").textContent = byId("cover").value + " %";
  paintLayer();
  draw();
}

function addChoice(index, text, share, colour) {
  const label = element("label"), input = element("input"), swatch = element("span", "", "swatch");
  input.type = "radio";
  input.name = "class";
  input.checked = index < 0;
  input.addEventListener("change", () => { state.only = index; update(); });
  if (colour) swatch.style.background = `rgb(${colour.join(" ")})`;
  else swatch.style.borderColor = "transparent";
  label.append(input, swatch, element("bdi", text), element("span", share, "score"));
  byId("classes").append(label);
  return label;
}

function listLabels() {
  addChoice(-1, "All labels", "");
  const entries = result.labels.map(
    ({label, share, colour}, index) => addChoice(index, label, shareText(share), colour));
  byId("search").addEventListener("input", event => {
    const words = event.target.value.trim().toLowerCase();
    entries.forEach((entry, index) => {
      const {label, class: id} = result.labels[index];
      entry.hidden = !label.toLowerCase().includes(words) && String(id) !== words;
    });
  });
}

function followPointer(event) {
  const box = view.getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) * columns / box.width);
  const row = Math.floor((event.clientY - box.top) * rows / box.height);
  if (column !== state.column || row !== state.row) choosePoint(column, row);
}
function followKey(event) {
  const step = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]}[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const far = event.shiftKey ? 16 : 1;
  choosePoint(state.column + far * step[0], state.row + far * step[1]);
}

async function start() {
  await picture.decode();
  document.title = result.image;
  byId("name").append(element("bdi", result.image));
  const reduced = columns === result.width && rows === result.height ? "" : `, shown as ${columns} × ${rows}`;
  byId("facts").textContent = `${result.width} × ${result.height} pixels${reduced}, each labelled with one of ` +
                              `${result.all_labels} classes; model ${result.model}`;
  listLabels();
  update();
  showPoint();
  view.addEventListener("pointermove", followPointer);
  view.addEventListener("pointerdown", followPointer);
  view.addEventListener("keydown", followKey);
  for (const id of ["cover", "show-background"]) byId(id).addEventListener("input", update);
  new ResizeObserver(draw).observe(view.parentElement);
  document.body.dataset.ready = "yes";
}
start();
