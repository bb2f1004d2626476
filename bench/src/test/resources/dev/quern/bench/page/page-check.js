// Looks at the page as it is drawn, and tells the page around it what is wrong with it.
"use strict";
const faults = [];
addEventListener("securitypolicyviolation", (event) => faults.push(`asks for ${event.blockedURI}`));

// What hides a text from a reader, though it is there.
function isShown(element) {
  const style = getComputedStyle(element);
  return element.getClientRects().length > 0 && style.visibility === "visible" && Number(style.opacity) > 0;
}

// Every piece of text: its line boxes, or the turned box of a text in a drawing.
function textsIn(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    const words = node.textContent.trim();
    if (words !== "" && isShown(parent) && !["title", "SCRIPT", "STYLE"].includes(parent.tagName)) {
      boxesOf(node, parent).forEach((corners) => texts.push({ words, parent, corners, box: uprightBox(corners) }));
    }
  }
  return texts;
}

function boxesOf(node, parent) {
  if (parent instanceof SVGTextElement) {
    const box = parent.getBBox();
    const toScreen = parent.getScreenCTM();
    return [cornersOf(box).map((corner) => corner.matrixTransform(toScreen))];
  }
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].filter((box) => box.width > 0).map(cornersOf);
}

function cornersOf({ x, y, width, height }) {
  const least = Math.min(2, height / 4); // a line box is higher than its letters
  return [[x, y + least], [x + width, y + least], [x + width, y + height - least], [x, y + height - least]]
    .map(([left, top]) => new DOMPoint(left, top));
}

// Shapes whose upright boxes are apart are apart; most are, and this is quick.
function mayOverlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function uprightBox(corners) {
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

// Two convex shapes are apart if they are so as seen along some side of one of them.
function overlap(one, other) {
  return [one, other].every((shape) =>
    shape.every((corner, i) => {
      const next = shape[(i + 1) % shape.length];
      const seen = (point) => (next.y - corner.y) * point.x - (next.x - corner.x) * point.y;
      const a = one.map(seen);
      const b = other.map(seen);
      const length = Math.hypot(next.x - corner.x, next.y - corner.y);
      return Math.min(Math.max(...a), Math.max(...b)) - Math.max(Math.min(...a), Math.min(...b)) > 0.5 * length;
    }));
}

function sticksOut(corners, left, top, right, bottom) {
  return corners.some(({ x, y }) => x < left - 1 || x > right + 1 || y < top - 1 || y > bottom + 1);
}

function checkPlaces() {
  for (const chart of document.querySelectorAll(".chart, header, .cards, dl")) {
    const texts = textsIn(chart);
    const edges = chart.getBoundingClientRect();
    texts.forEach((text, i) => {
      if (sticksOut(text.corners, edges.left, edges.top, edges.right, edges.bottom)) {
        faults.push(`'${text.words}' sticks out of its chart`);
      }
      for (let j = i + 1; j < texts.length; j++) {
        if (mayOverlap(text.box, texts[j].box) && overlap(text.corners, texts[j].corners)) {
          faults.push(`'${text.words}' overlaps '${texts[j].words}'`);
        }
      }
    });
  }
  for (const { words, corners } of textsIn(document.body)) {
    if (sticksOut(corners, 0, -Infinity, innerWidth, Infinity)) {
      faults.push(`'${words}' sticks out of the page`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  }
}

// Contrast as WCAG 2 has it.
function luminance([red, green, blue]) {
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function partsOf(color) {
  return color.match(/[\d.]+/g).map(Number);
}

function paperBehind(element) {
  for (let e = element; e; e = e.parentElement) {
    const parts = partsOf(getComputedStyle(e).backgroundColor);
    if (parts.length === 3 || parts[3] === 1) {
      return parts;
    }
  }
  return [255, 255, 255];
}

function checkContrast() {
  const seen = new Set();
  for (const { words, parent } of textsIn(document.body)) {
    const style = getComputedStyle(parent);
    const ink = parent instanceof SVGTextElement ? style.fill : style.color;
    const [low, high] = [partsOf(ink), paperBehind(parent)].map(luminance).sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5 && !seen.has(ink)) {
      seen.add(ink);
      faults.push(`'${words}' has a contrast of ${contrast.toFixed(1)}`);
    }
  }
}

// A drawing is scaled, and its text with it.
function checkSizes() {
  for (const { words, parent } of textsIn(document.body)) {
    const matrix = parent instanceof SVGTextElement ? parent.getScreenCTM() : new DOMMatrix();
    const size = parseFloat(getComputedStyle(parent).fontSize) * Math.hypot(matrix.a, matrix.b);
    if (size < 10.5) {
      faults.push(`'${words}' is written too small: ${size.toFixed(1)} pixels`);
    }
  }
}

// A reader sees a row when it has room, and something stands in it.
function shownCases() {
  return [...document.querySelectorAll("tr[data-case]")]
    .filter((row) => {
      const texts = textsIn(row).map((text) => text.words);
      return row.getBoundingClientRect().height > 8 && texts.includes(row.dataset.case) && texts.length > 1;
    })
    .map((row) => row.dataset.case);
}

// What the table's own script does with its time column.
function sortedTimes() {
  const table = document.querySelector("table.cases");
  const button = table && table.querySelector("thead .time button");
  if (!button) {
    return null;
  }
  button.click();
  return [...table.querySelectorAll("tbody .time")].map((cell) => Number(cell.dataset.value));
}

addEventListener("load", () => {
  checkPlaces();
  checkContrast();
  checkSizes();
  performance.getEntriesByType("resource").forEach((entry) => faults.push(`asked for ${entry.name}`));
  const seen = {
    width: innerWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    cases: shownCases(),
    labels: textsIn(document.body).filter((text) => text.parent.closest("svg")).map((text) => text.words),
  };
  parent.postMessage({ ...seen, times: sortedTimes(), faults }, "*");
});
