// The state of the imitated driver. One lock guards all of it; work runs without the lock, each
// stream's on a thread of its own. Handles are numbers that are never used twice, so that a stale
// or foreign one is always noticed.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "calls.hpp"
#include "handles.hpp"
#include "work.hpp"

namespace quern {

using Lock = std::unique_lock<std::mutex>;
using Clock = std::chrono::steady_clock;

struct Context;
struct Stream;

// A point of a stream: reached when so many of its tasks are done.
struct Point {
  std::shared_ptr<Stream> stream;
  uint64_t tasks = 0;
};

struct Task {
  std::vector<Point> after;
  Work work;
};

struct Node {
  CUgraphNodeType type;
  std::string what;
  Work work;
  std::vector<Node *> after;
};

struct Graph {
  Context *context = nullptr;
  std::vector<std::shared_ptr<Node>> nodes;  // in an order in which they can run
};

struct GraphExec {
  Context *context = nullptr;
  std::vector<std::shared_ptr<Node>> nodes;
};

struct Capture {
  CUstreamCaptureMode mode;
  std::thread::id thread;
  Stream *origin;
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  bool invalid = false;
};

struct Stream {
  Context *context = nullptr;
  unsigned flags = 0;
  int priority = 0;
  std::deque<Task> tasks;
  uint64_t submitted = 0, completed = 0;
  bool serving = false, closing = false;
  std::shared_ptr<Capture> capture;
  std::vector<Node *> leaves;  // what the next captured node comes after
};

struct Event {
  Context *context = nullptr;
  unsigned flags = 0;
  bool recorded = false;
  Point point;
  std::shared_ptr<Clock::time_point> time;
  std::shared_ptr<Capture> capture;
  std::vector<Node *> leaves;
};

struct Module;
struct Function;

struct Context {
  CUdevice device = 0;
  CUcontext handle = nullptr;
  bool alive = true;
  unsigned flags = 0;
  CUresult fault = CUDA_SUCCESS;
  std::shared_ptr<Stream> legacy = std::make_shared<Stream>();
  std::vector<std::shared_ptr<Stream>> destroyed;  // streams with work left
};

struct Device {
  unsigned flags = 0;
  int retained = 0;
  std::shared_ptr<Context> primary;
};

struct Driver {
  std::mutex mutex;
  std::condition_variable changed;  // a task is done, or there is a new one
  bool initialised = false;
  std::vector<Device> devices;
  Registry<CUcontext, Context> contexts{0xc7};
  Registry<CUstream, Stream> streams{0x57};
  Registry<CUevent, Event> events{0xe7};
  Registry<CUgraph, Graph> graphs{0x96};
  Registry<CUgraphExec, GraphExec> execs{0x9e};
  Registry<CUmodule, Module> modules{0x3d};
  Registry<CUfunction, Function> functions{0xf0};
};
Driver &driver();

// driver_devices.cpp
int driver_version();
bool is_device(CUdevice device);

// driver_context.cpp
Context *current_context(CUresult &status);
CUresult initialised(const Call &call, const Body<CUresult, Lock &> &body);
CUresult in_context(const Call &call, const Body<CUresult, Context &, Lock &> &body);

// driver_streams.cpp: all with the lock held.
std::shared_ptr<Stream> find_stream(Context &context, CUstream handle);
Point submit(Context &context, const std::shared_ptr<Stream> &stream, Task task);
CUresult wait_for(Context &context, const Point &point, Lock &lock);
CUresult wait_for_all(Context &context, Lock &lock);
void close_stream(Stream &stream, Lock &lock);
bool reached(const Point &point);

// driver_capture.cpp: all with the lock held.
// Of calls that are not stream-ordered: refused, with the capture spoilt, where a capture's mode
// forbids them.
CUresult forbid_unsafe(Context &context);
// Of work on the legacy stream, which would wait for every blocking stream.
CUresult forbid_legacy(Context &context);
CUresult append(Context &context, const std::shared_ptr<Stream> &stream, CUgraphNodeType type,
    const std::string &what, Work work);
CUresult refuse_captured(Stream &stream);
void abandon_capture(Stream &stream);

// driver_memory.cpp: has a lock of its own, as work asks, too.
void free_all(const Context &context);
bool owned(unsigned long long address, size_t bytes);
bool pinned(const void *address, size_t bytes);

// driver_modules.cpp
void unload_all(const Context &context);

// fibers.cpp: runs the body; ILLEGAL_ADDRESS where it touched memory that is not there. What it
// holds is then lost.
CUresult guarded(const std::function<void()> &body);

}  // namespace quern
