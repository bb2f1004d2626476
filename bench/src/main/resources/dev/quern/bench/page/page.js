// Sorts a table by the column whose heading is clicked; again for the other way round.
"use strict";
for (const table of document.querySelectorAll("table.cases")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(table.tBodies[0], column, down ? -1 : 1);
    });
  });
}

// Rows without a value stay last both ways.
function sort(body, column, direction) {
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) {
      return (a.key === null) - (b.key === null);
    }
    return direction * (typeof a.key === "number" ? a.key - b.key : compare(a.key, b.key));
  });
  body.append(...keyed.map(({ row }) => row));
}

function keyOf(cell) {
  if (!cell || cell.classList.contains("message")) {
    return null;
  }
  if ("value" in cell.dataset) {
    return Number(cell.dataset.value);
  }
  return cell.textContent === "" ? null : cell.textContent;
}

function compare(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}
