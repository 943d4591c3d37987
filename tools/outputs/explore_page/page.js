// SPDX-License-Identifier: MIT
// Draws the chosen class's map over the picture and answers the controls. Labels and names reach the page as text only,
// never as markup.

const result = JSON.parse(document.getElementById("result").textContent);
const map = new ScoreMap(result.map, result.classes, document.getElementById("scores").textContent);
const picture = document.getElementById("picture");
const view = document.getElementById("view");
const probabilities = result.kind === "probabilities";
// What the threshold runs over and colours mean.
const lowest = probabilities ? 0 : Math.min(...result.classes.map(c => c.low));
const highest = probabilities ? 1 : Math.max(...result.classes.map(c => c.high));

const state = {index: result.shown, threshold: 0, cell: {row: 0, col: 0}, values: null, heat: null, regions: []};
const byId = id => document.getElementById(id);

function scoreText(score) {
  if (score === null) return "NaN";  // JSON has no other word for it
  if (!probabilities) return score.toFixed(2);
  if (score > 0 && score < 0.0005) return "<0.1 %";
  if (score < 1 && score >= 0.9995) return (Math.min(Math.floor(score * 1e4) / 100, 99.99)).toFixed(2) + " %";
  return (score * 100).toFixed(1) + " %";
}
const rounded = value => Math.round(value * 10) / 10;
function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// The grid that heat and regions are computed on: the picture's pixels as far as this page has them.
const grid = () => ({width: picture.naturalWidth, height: picture.naturalHeight,
                     scale: result.width / picture.naturalWidth});

// How far up its scale a score is, 0 to 1.
const shareOf = score => highest > lowest ? Math.min(Math.max((score - lowest) / (highest - lowest), 0), 1) : 0;

function colourOf(share) {
  const place = share * (result.colours.length - 1);
  const below = Math.min(Math.floor(place), result.colours.length - 2);
  return result.colours[below].map((c, i) => c + (result.colours[below + 1][i] - c) * (place - below));
}

// A layer with the heat of the chosen class: clear where it scores nothing, dark where nothing is known.
function paintHeat() {
  const {width, height} = grid();
  state.values = map.placed(state.index, width, height, result.width, result.height);
  state.heat = new OffscreenCanvas(width, height);
  const context = state.heat.getContext("2d");
  const layer = context.createImageData(width, height);
  const pixels = new Uint32Array(layer.data.buffer);  // red in the lowest byte
  // The square root keeps a tenth of the best score visible.
  const palette = Uint32Array.from({length: 256}, (_, i) => {
    const [red, green, blue] = colourOf(0.15 + 0.85 * i / 255).map(Math.round);
    return (Math.round(255 * 0.72 * Math.sqrt(i / 255)) << 24 | blue << 16 | green << 8 | red) >>> 0;
  });
  const unknown = 0x8c000000;
  state.values.forEach((value, i) => {
    pixels[i] = Number.isNaN(value) ? unknown : palette[Math.round(255 * shareOf(value))];
  });
  context.putImageData(layer, 0, 0);
}

function findRegions() {
  const {width, height, scale} = grid();
  state.regions = regionsAbove(state.values, width, height, state.threshold).map(region => ({
    ...region,
    box: [region.left, region.top, region.right - region.left, region.bottom - region.top].map(v => v * scale),
    at: [(region.peakX + 0.5) * scale - 0.5, (region.peakY + 0.5) * scale - 0.5],
    area: region.points * scale * scale,
  }));
}

// `scale` canvas pixels a pixel that ran; its pixel (0, 0) is half a pixel from the edge.
function frame(context, [x, y, width, height], scale, colour, dash = []) {
  for (const [line, stroke] of [[5, "#000a"], [2.5, colour]]) {
    context.lineWidth = line * devicePixelRatio;
    context.strokeStyle = stroke;
    context.setLineDash(dash.map(d => d * devicePixelRatio));
    context.strokeRect(x * scale, y * scale, width * scale, height * scale);
  }
}
function dot(context, [x, y], radius, scale, colour) {
  context.setLineDash([]);
  context.beginPath();
  context.arc((x + 0.5) * scale, (y + 0.5) * scale, radius * devicePixelRatio, 0, 2 * Math.PI);
  context.lineWidth = 1.5 * devicePixelRatio;
  context.fillStyle = colour;
  context.strokeStyle = "#000c";
  context.fill();
  context.stroke();
}

function draw() {
  // As sharp as the screen shows it, and no canvas beyond what browsers allow.
  const width = Math.min(Math.max(Math.round(view.clientWidth * devicePixelRatio), 1), 4096);
  const scale = width / result.width;
  view.width = width;
  view.height = Math.max(Math.round(result.height * scale), 1);
  const context = view.getContext("2d");
  context.drawImage(picture, 0, 0, view.width, view.height);
  if (byId("show-heat").checked) {
    context.fillStyle = "#0005";
    context.fillRect(0, 0, view.width, view.height);
    context.drawImage(state.heat, 0, 0, view.width, view.height);
  }
  if (byId("show-centres").checked)
    for (let row = 0; row < map.rows; ++row)
      for (let col = 0; col < map.cols; ++col) dot(context, map.centre(row, col), 2, scale, "#fff");
  if (byId("show-regions").checked)
    for (const region of state.regions) {
      frame(context, region.box, scale, "#fff");
      dot(context, region.at, 4, scale, "#ffd23f");
    }
  frame(context, map.window(state.cell.row, state.cell.col), scale, "#5ae6ff", [9, 6]);
  dot(context, map.centre(state.cell.row, state.cell.col), 5, scale, "#5ae6ff");
  view.dataset.drawn = String(Number(view.dataset.drawn || 0) + 1);
}

function showCell() {
  const {row, col} = state.cell;
  const [x, y] = map.centre(row, col), window = map.window(row, col);
  const place = element("p", `Cell in row ${row}, column ${col}: looks at (${rounded(x)}, ${rounded(y)}), ` +
                             `window ${window[2]} × ${window[3]} from (${window[0]}, ${window[1]})`);
  byId("cell").replaceChildren(place);
  if (result.original) {
    const {first_center_px: first, row_step_px: down, col_step_px: right} = result.original;
    const at = [0, 1].map(i => rounded(first[i] + row * down[i] + col * right[i]));
    byId("cell").append(element("p", `In the file's own ${result.original.width} × ${result.original.height} ` +
                                     `pixels: (${at[0]}, ${at[1]})`, "faint"));
  }
  const list = element("dl");
  for (const {index, score} of map.best(row, col, 5)) {
    const term = element("dt");
    term.append(element("bdi", result.classes[index].label));
    const bar = element("div", "", "bar");
    bar.style.width = `${100 * shareOf(score)}%`;
    const space = element("dd");
    space.append(bar);
    list.append(term, space, element("dd", scoreText(score), "score"));
  }
  byId("cell").append(list);
}

function showRegions() {
  const count = state.regions.length;
  byId("regions-title").textContent =
    `${count} ${count === 1 ? "region" : "regions"} of at least ${scoreText(state.threshold)}`;
  byId("regions").replaceChildren(...state.regions.slice(0, 200).map(region => {
    const button = element("button");
    const [x, y, width, height] = region.box.map(Math.round);
    button.append(element("span", `${width} × ${height} at (${x}, ${y})`),
                  element("span", scoreText(region.peak), "score"),
                  element("span", `mean ${scoreText(region.mean)} of ${Math.round(region.area)} pixels`, "faint"));
    button.addEventListener("click", () => chooseCell(map.cellAt(...region.at)));
    const item = element("li");
    item.append(button);
    return item;
  }));
}

function chooseCell(cell) {
  state.cell = {row: Math.min(Math.max(cell.row, 0), map.rows - 1), col: Math.min(Math.max(cell.col, 0), map.cols - 1)};
  showCell();
  draw();
}
function chooseThreshold(position) {
  state.threshold = lowest + (highest - lowest) * position / 1000;
  byId("threshold-text").textContent = scoreText(state.threshold);
  byId("threshold").setAttribute("aria-valuetext", scoreText(state.threshold));
  findRegions();
  showRegions();
  draw();
}
function chooseClass(index) {
  state.index = index;
  state.cell = {row: result.classes[index].row, col: result.classes[index].col};
  paintHeat();
  showCell();
  chooseThreshold(Number(byId("threshold").value));
}

function listClasses() {
  result.classes.forEach((entry, index) => {
    const label = element("label"), radio = element("input");
    radio.type = "radio";
    radio.name = "class";
    radio.checked = index === state.index;
    radio.addEventListener("change", () => chooseClass(index));
    label.append(radio, element("bdi", entry.label), element("span", scoreText(entry.score), "score"));
    if (entry.background) label.title = "The background: never predicted";
    label.classList.toggle("faint", entry.background);
    byId("classes").append(label);
  });
  byId("search").addEventListener("input", event => {
    const words = event.target.value.trim().toLowerCase();
    document.querySelectorAll("#classes label").forEach((label, index) => {
      const {id, label: name} = result.classes[index];
      label.hidden = !name.toLowerCase().includes(words) && String(id) !== words;
    });
  });
  const missing = result.all_classes - result.classes.length;
  byId("left-out").hidden = missing === 0;
  byId("left-out").textContent = `The ${missing} classes with lower peaks are left out, so that this page stays small.`;
}

function followPointer(event) {
  const box = view.getBoundingClientRect(), scale = result.width / box.width;
  const cell = map.cellAt((event.clientX - box.left) * scale - 0.5, (event.clientY - box.top) * scale - 0.5);
  if (cell.row !== state.cell.row || cell.col !== state.cell.col) chooseCell(cell);
}
function followKey(event) {
  const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  chooseCell({row: state.cell.row + step[0], col: state.cell.col + step[1]});
}

async function start() {
  await picture.decode();
  document.title = result.image;
  const name = element("bdi", result.image);
  byId("name").append(name);
  byId("facts").textContent = `${result.width} × ${result.height} pixels that ran, ${map.cols} × ${map.rows} cells, ` +
                              `one every ${map.stride_px[0]} pixels; model ${result.model}`;
  listClasses();
  byId("threshold").value = Math.round(1000 * (probabilities ? result.threshold : 0.75 * shareOf(result.classes[state.index].high)));
  chooseClass(state.index);
  view.addEventListener("pointermove", followPointer);
  view.addEventListener("pointerdown", followPointer);
  view.addEventListener("keydown", followKey);
  byId("threshold").addEventListener("input", event => chooseThreshold(Number(event.target.value)));
  for (const id of ["show-heat", "show-regions", "show-centres"]) byId(id).addEventListener("change", draw);
  new ResizeObserver(draw).observe(view.parentElement);
  document.body.dataset.ready = "yes";
}
start();
