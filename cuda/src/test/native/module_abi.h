// What a compiled program and the driver know of each other. Part of every program's text, before
// device_code.h: no headers.
#pragma once

struct quern_dimensions {
  unsigned x, y, z;
};

// The block that is running: its threads are fibers, which the driver switches between.
struct quern_block {
  virtual bool next() = 0;     // starts the next thread; false where none is left
  virtual void barrier() = 0;  // of the block
  virtual void warp_barrier(unsigned lanes) = 0;  // of these lanes of the calling thread's warp
  virtual unsigned lane() = 0;
  virtual unsigned warp_lanes() = 0;  // of its warp's lanes, those that have not ended
  virtual unsigned long long &slot(
      unsigned lane) = 0;   // a place for each lane of the warp, to exchange values
  virtual void trap() = 0;  // ends the grid with an error

 protected:
  ~quern_block() = default;
};

struct quern_parameter {
  unsigned size;
  char kind;  // p: a pointer, i, u: an integer, f: floating, s: anything else
};

struct quern_kernel {
  const char *name;
  const quern_parameter *parameters;
  unsigned count;
  unsigned max_threads;           // of __launch_bounds__, or 0
  void (*run)(void **arguments);  // all threads that quern_block::next starts
};

struct quern_module {
  const quern_kernel *kernels;
  unsigned count;
  quern_block **block;
  quern_dimensions *thread_index, *block_index, *block_size, *grid_size;
  char **dynamic_shared;
  char *shared, *shared_end;  // all that is __shared__
};
