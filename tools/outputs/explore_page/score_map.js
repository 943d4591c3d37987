// SPDX-License-Identifier: MIT
// Scores, where they lie in the picture, and the regions above a threshold. Nothing here touches the page.
"use strict";

class ScoreMap {
  // `fields`: the "map" and "classes" of the result. `base64`: for each of those classes, row by row, 16 bits a cell.
  constructor(fields, classes, base64) {
    Object.assign(this, fields);
    this.classes = classes;
    const bytes = Uint8Array.from(atob(base64.trim()), c => c.charCodeAt(0));
    this.codes = new Uint16Array(bytes.buffer);  // little-endian, as is every machine that browsers run on
  }

  // The classes' scores were spread over 0 to 65534 between the lowest and the highest; 65535 is not a number.
  score(index, row, col) {
    const {low, high} = this.classes[index];
    const code = this.codes[(index * this.rows + row) * this.cols + col];
    return code === 65535 ? NaN : low + (high - low) * (code / 65534);
  }

  // Pixels that ran, from the centre of the first: where the network looks in a cell, and the crop [x, y, w, h] that a
  // sliding window would have classified.
  centre(row, col) {
    return [this.first_center_px[0] + col * this.stride_px[0], this.first_center_px[1] + row * this.stride_px[1]];
  }
  window(row, col) {
    return [Math.round(col * this.stride_px[0]), Math.round(row * this.stride_px[1]), ...this.window_size_px];
  }

  // The cell whose centre is next to a pixel.
  cellAt(x, y) {
    const next = (place, axis, count) =>
      Math.min(Math.max(Math.round((place - this.first_center_px[axis]) / this.stride_px[axis]), 0), count - 1);
    return {row: next(y, 1, this.rows), col: next(x, 0, this.cols)};
  }

  // Classes by their score in one cell, best first.
  best(row, col, count) {
    return this.classes.map((_, index) => ({index, score: this.score(index, row, col)}))
      .filter(entry => !Number.isNaN(entry.score))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, count);
  }

  // A class's scores on a grid of width x height points laid over a picture of pictureWidth x pictureHeight pixels:
  // bilinear between the cells' centres, and NaN further than half a stride from the outermost ones.
  placed(index, width, height, pictureWidth, pictureHeight) {
    const columns = this.#places(width, pictureWidth, 0, this.cols);
    const rows = this.#places(height, pictureHeight, 1, this.rows);
    const values = new Float32Array(width * height).fill(NaN);
    const blended = new Float32Array(this.cols);
    rows.forEach((row, y) => {
      if (!row.inside) return;
      for (let col = 0; col < this.cols; ++col) {
        const above = this.score(index, row.cell, col), below = this.score(index, row.next, col);
        blended[col] = above + (below - above) * row.share;
      }
      columns.forEach((col, x) => {
        if (col.inside)
          values[y * width + x] = blended[col.cell] + (blended[col.next] - blended[col.cell]) * col.share;
      });
    });
    return values;
  }

  // For each grid point along an axis: the two cells around it, and how much the second counts.
  #places(points, pixels, axis, cells) {
    return Array.from({length: points}, (_, point) => {
      const pixel = (point + 0.5) * pixels / points - 0.5;
      const at = (pixel - this.first_center_px[axis]) / this.stride_px[axis];
      const held = Math.min(Math.max(at, 0), cells - 1);
      const cell = Math.floor(held);
      return {cell, next: Math.min(cell + 1, cells - 1), share: held - cell, inside: at >= -0.5 && at <= cells - 0.5};
    });
  }
}

// The regions of `values` (as placed() gives them) at or above the threshold, connected over sides and corners: boxes
// in grid points, the number of points, the highest score with its place, the mean. Best first.
function regionsAbove(values, width, height, threshold) {
  const regions = [];
  const seen = new Uint8Array(values.length);
  const stack = [];
  for (let start = 0; start < values.length; ++start) {
    if (seen[start] || !(values[start] >= threshold)) continue;
    const region = {left: width, top: height, right: 0, bottom: 0, points: 0, peak: -Infinity, sum: 0};
    seen[start] = 1;
    stack.push(start);
    while (stack.length) {
      const at = stack.pop(), x = at % width, y = (at - x) / width;
      region.left = Math.min(region.left, x);
      region.right = Math.max(region.right, x + 1);
      region.top = Math.min(region.top, y);
      region.bottom = Math.max(region.bottom, y + 1);
      region.sum += values[at];
      region.points += 1;
      // Ties go to the first in reading order: beyond the outermost centres scores stay the same.
      if (values[at] > region.peak || (values[at] === region.peak && at < region.peakY * width + region.peakX))
        Object.assign(region, {peak: values[at], peakX: x, peakY: y});
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ++ny)
        for (let nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); ++nx) {
          const next = ny * width + nx;
          if (seen[next] || !(values[next] >= threshold)) continue;
          seen[next] = 1;
          stack.push(next);
        }
    }
    region.mean = region.sum / region.points;
    regions.push(region);
  }
  return regions.sort((a, b) => b.peak - a.peak);
}
