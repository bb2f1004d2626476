// The product that matrix products and all passes of a convolution come down to, over tables of offsets:
//
//   c[outs[i] + j * columnStride] = ending(sum over k of a[rows[i] + steps[2k]] * b[steps[2k + 1] + panel(j)])
//
// The rows are cut into tiles; tile t is {first row, number of rows, first step, number of steps}, so that rows of
// different sums, as at the borders of an image, share a launch. Columns are cut into panels of COLUMNS that lie
// panelStride apart in b. The whole is repeated inner * outer times, at fixed distances.
//
// TILED chooses the family: 0 for CPUs, where a work-item has TILE_ROWS x TILE_VECTORS vectors in registers; 1 for GPUs,
// where a group loads blocks of a and b into local memory, and a work-item has TILE_ROWS x TILE_VECTORS single sums.

#define TABLES                                                                                                         \
  IN(int, tables), const int outsAt, const int stepsAt, const int tilesAt, const int tileCount, const int columns,     \
      const int panelStride
#define REPEATS                                                                                                        \
  const int inner, const LONG aOuter, const LONG bOuter, const LONG cOuter, const LONG aInner, const LONG bInner,      \
      const LONG cInner, const int biasInner
#define ENDING const int columnStride, const int ending, const float alpha, const float beta

#define BLENDS 1
#define BIAS_OF_COLUMN 2
#define BIAS_OF_ROW 4
#define RELU 8
#define SCALES 16

// One sum's ending; out is the offset of its row in c.
FUNCTION float ended(
    float sum, const float old, const int out, const int column, POINTER(const float) bias, const int ending,
    const float alpha, const float beta) {
  if (ending & SCALES) {
    sum *= alpha;
  }
  if (ending & BLENDS) {
    sum += beta * old;
  }
  if (ending & BIAS_OF_COLUMN) {
    sum += bias[column];
  }
  if (ending & BIAS_OF_ROW) {
    sum += bias[out];
  }
  return (ending & RELU) && sum < 0 ? 0.0f : sum;
}

#if !TILED

#define COLUMNS (TILE_VECTORS * LANES)

KERNEL GROUP_SIZE(GROUP_TILES, 1) void product(
    IN(float, a), IN(float, b), IN(float, bias), OUT(float, c), TABLES, REPEATS, ENDING) {
  START(a);
  START(b);
  START(bias);
  START(c);
  START(tables);
  const int tile = GLOBAL_ID(0), panel = GLOBAL_ID(1), repeat = GLOBAL_ID(2);
  if (tile >= tileCount) {
    return;
  }
  const int row = tables[tilesAt + 4 * tile], rowCount = tables[tilesAt + 4 * tile + 1];
  const int depth = tables[tilesAt + 4 * tile + 3];
  POINTER(const int) steps = tables + stepsAt + 2 * tables[tilesAt + 4 * tile + 2];
  const int outer = repeat / inner, group = repeat % inner;
  a += outer * aOuter + group * aInner;
  b += outer * bOuter + group * bInner + (LONG)panel * panelStride;
  c += outer * cOuter + group * cInner;
  bias += group * biasInner;

  POINTER(const float) from[TILE_ROWS];
  Vector sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < TILE_ROWS; i++) {
    from[i] = a + tables[row + min(i, rowCount - 1)];
    UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
      sums[i][j] = SPLAT(0.0f);
    }
  }
  for (int k = 0; k < depth; k++) {
    const int stepA = steps[2 * k];
    POINTER(const float) line = b + steps[2 * k + 1];
    Vector factors[TILE_VECTORS];
    UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
      factors[j] = LOAD(line + j * LANES);
    }
    UNROLL for (int i = 0; i < TILE_ROWS; i++) {
      const Vector x = SPLAT(from[i][stepA]);
      UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
        sums[i][j] = FMA(x, factors[j], sums[i][j]);
      }
    }
  }

  const int first = panel * COLUMNS;
  UNROLL for (int i = 0; i < TILE_ROWS; i++) {
    if (i < rowCount) {
      const int out = tables[outsAt + row + i];
      if (columnStride == 1 && first + COLUMNS <= columns && !(ending & (BLENDS | BIAS_OF_ROW))) {
        UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
          Vector sum = sums[i][j];
          if (ending & SCALES) {
            sum *= alpha;
          }
          if (ending & BIAS_OF_COLUMN) {
            sum += LOAD(bias + first + j * LANES);
          }
          if (ending & RELU) {
            sum = sum < 0 ? SPLAT(0.0f) : sum;
          }
          STORE(sum, c + out + first + j * LANES);
        }
      } else {
        float single[COLUMNS];
        UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
          STORE(sums[i][j], single + j * LANES);
        }
        const int width = min(COLUMNS, columns - first);
        for (int j = 0; j < width; j++) {
          const LONG at = out + (LONG)(first + j) * columnStride;
          const float old = ending & BLENDS ? c[at] : 0.0f;
          c[at] = ended(single[j], old, out, first + j, bias, ending, alpha, beta);
        }
      }
    }
  }
}

#else

#define GROUP_ITEMS (GROUP_ROWS * GROUP_COLUMNS)
#define BLOCK_ROWS (GROUP_ROWS * TILE_ROWS)
#define COLUMNS (GROUP_COLUMNS * TILE_VECTORS)

// LINES_OF_A: whether neighbouring steps, rather than neighbouring rows, lie side by side in a.
KERNEL GROUP_SIZE(GROUP_COLUMNS, GROUP_ROWS) void product(
    IN(float, a), IN(float, b), IN(float, bias), OUT(float, c), TABLES, REPEATS, ENDING) {
  LOCAL(float, blockA, STEPS * BLOCK_ROWS);
  LOCAL(float, blockB, STEPS * COLUMNS);
  START(a);
  START(b);
  START(bias);
  START(c);
  START(tables);
  const int x = LOCAL_ID(0), y = LOCAL_ID(1), item = y * GROUP_COLUMNS + x;
  const int panel = GROUP_ID(0), tile = GROUP_ID(1), repeat = GROUP_ID(2);
  const int row = tables[tilesAt + 4 * tile], rowCount = tables[tilesAt + 4 * tile + 1];
  const int depth = tables[tilesAt + 4 * tile + 3];
  POINTER(const int) steps = tables + stepsAt + 2 * tables[tilesAt + 4 * tile + 2];
  const int outer = repeat / inner, group = repeat % inner;
  a += outer * aOuter + group * aInner;
  b += outer * bOuter + group * bInner + (LONG)panel * panelStride;
  c += outer * cOuter + group * cInner;
  bias += group * biasInner;
  const int first = panel * COLUMNS, width = min(COLUMNS, columns - first);

  float sums[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < TILE_ROWS; i++) {
    UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
      sums[i][j] = 0;
    }
  }
  for (int start = 0; start < depth; start += STEPS) {
    for (int e = item; e < STEPS * BLOCK_ROWS; e += GROUP_ITEMS) {
      const int i = LINES_OF_A ? e / STEPS : e % BLOCK_ROWS;
      const int k = LINES_OF_A ? e % STEPS : e / BLOCK_ROWS;
      blockA[k * BLOCK_ROWS + i] =
          i < rowCount && start + k < depth ? a[tables[row + i] + steps[2 * (start + k)]] : 0.0f;
    }
    for (int e = item; e < STEPS * COLUMNS; e += GROUP_ITEMS) {
      const int j = e % COLUMNS, k = start + e / COLUMNS;
      blockB[e] = j < width && k < depth ? b[steps[2 * k + 1] + j] : 0.0f;
    }
    BARRIER();
    for (int k = 0; k < STEPS; k++) {
      float lines[TILE_ROWS], factors[TILE_VECTORS];
      UNROLL for (int i = 0; i < TILE_ROWS; i++) {
        lines[i] = blockA[k * BLOCK_ROWS + y * TILE_ROWS + i];
      }
      UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
        factors[j] = blockB[k * COLUMNS + j * GROUP_COLUMNS + x];
      }
      UNROLL for (int i = 0; i < TILE_ROWS; i++) {
        UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
          sums[i][j] = FMA(lines[i], factors[j], sums[i][j]);
        }
      }
    }
    BARRIER();
  }
  UNROLL for (int i = 0; i < TILE_ROWS; i++) {
    const int r = y * TILE_ROWS + i;
    if (r < rowCount) {
      const int out = tables[outsAt + row + r];
      UNROLL for (int j = 0; j < TILE_VECTORS; j++) {
        const int column = j * GROUP_COLUMNS + x;
        if (column < width) {
          const LONG at = out + (LONG)(first + column) * columnStride;
          const float old = ending & BLENDS ? c[at] : 0.0f;
          c[at] = ended(sums[i][j], old, out, first + column, bias, ending, alpha, beta);
        }
      }
    }
  }
}

#endif
