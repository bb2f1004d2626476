// What poolings share: a window sliding over [image, row, column, channel]. A work-item has every channelStep-th channel,
// or vector of LANES channels. PAIRS: all windows are 2 x 2, dense and inside the image, as usual.

#define WINDOW                                                                                                         \
  const int channels, const int channelStep, const int h, const int w, const int p, const int q, const int windowH_,   \
      const int windowW_, const int strideH_, const int strideW_, const int padTop_, const int padLeft_,               \
      const int dilationH_, const int dilationW_
#if PAIRS
#define windowH 2
#define windowW 2
#define strideH 2
#define strideW 2
#define padTop 0
#define padLeft 0
#define dilationH 1
#define dilationW 1
#define INSIDE(row, column) 1
#define UNROLL_WINDOW UNROLL
#else
#define windowH windowH_
#define windowW windowW_
#define strideH strideH_
#define strideW strideW_
#define padTop padTop_
#define padLeft padLeft_
#define dilationH dilationH_
#define dilationW dilationW_
#define UNROLL_WINDOW // of no known size
#define INSIDE(row, column) ((row) >= 0 && (row) < h && (column) >= 0 && (column) < w)
#endif

// For what is written once and used for vectors and for single numbers.
#define SINGLE_LOAD(p) (*(p))
#define SINGLE(x) (x)
