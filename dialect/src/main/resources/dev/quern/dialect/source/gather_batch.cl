// Picks rows of a data set by an index list. ELEMENT: uchar or float. A work-item has SPAN elements of one row. The cursor
// is advanced by a launch of its own, when all have read it.

KERNEL void gather_batch(
    IN(ELEMENT, data), IN(int, labels), IN(int, indices), IN(int, cursor), OUT(float, x), OUT(int, y), const int rows,
    const int elements, const int picks, const int batch, const int ignored, const float scale, const float shift) {
  START(data);
  START(labels);
  START(indices);
  START(cursor);
  START(x);
  START(y);
  int i = GLOBAL_ID(0) * SPAN;
  const int row = GLOBAL_ID(1), end = min(i + SPAN, elements);
  if (row >= batch) {
    return;
  }
  const LONG pick = (LONG)cursor[0] * batch + row;
  const int padded = pick < 0 || pick >= picks;
  const int index = padded ? -1 : indices[pick];
  const int inside = index >= 0 && index < rows;
  if (i == 0) {
    y[row] = inside ? labels[index] : ignored;
  }
  x += row * elements;
  if (inside) {
    data += (LONG)index * elements;
    for (; i < end; i++) {
      x[i] = data[i] * scale + shift;
    }
  } else {
    for (; i < end; i++) {
      x[i] = padded ? 0.0f : NAN;
    }
  }
}

KERNEL void advance(INOUT(int, cursor)) {
  START(cursor);
  if (GLOBAL_ID(0) == 0) {
    cursor[0] += 1;
  }
}
