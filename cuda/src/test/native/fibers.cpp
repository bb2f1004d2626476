#include "fibers.hpp"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstdlib>
#include <mutex>

#include "driver.hpp"

#ifndef __x86_64__
#error "the switch between fibers is written for x86-64"
#endif

// Saves the registers that a call must keep on this stack, leaves the stack pointer in *from, and
// goes on where `to` was left.
extern "C" void quern_switch(void **from, void *to);
asm(R"(
.text
.globl quern_switch
.hidden quern_switch
.type quern_switch, @function
quern_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size quern_switch, .-quern_switch
)");

namespace quern {
namespace {

constexpr size_t kStack = 256 << 10, kGuard = 4 << 10;
constexpr unsigned kWarp = 32;

// Initial-exec: a signal handler must not allocate.
__attribute__((tls_model("initial-exec"))) thread_local sigjmp_buf *landing = nullptr;
struct sigaction previous;

void on_fault(int signal, siginfo_t *info, void *context) {
  if (landing) {
    siglongjmp(*landing, 1);
  }
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);  // the JVM's, which has uses for these signals
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    sigaction(signal, &previous, nullptr);
  }
}

// A thread that catches faults has a stack for it: a fiber's may be what overflowed.
struct SignalStack {
  SignalStack() : memory(malloc(size)) {
    stack_t stack = {};
    stack.ss_sp = memory;
    stack.ss_size = size;
    sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none = {};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    free(memory);
  }
  static constexpr size_t size = 64 << 10;
  void *memory;
};

void catch_faults() {
  static std::once_flag once;
  std::call_once(once, [] {
    sigaction(SIGSEGV, nullptr, &previous);
    struct sigaction action = previous;
    action.sa_sigaction = on_fault;
    action.sa_flags = (previous.sa_flags & ~SA_RESETHAND) | SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &action, nullptr);
  });
  static thread_local SignalStack stack;
  (void)stack;
}

// Stacks of this thread's fibers, kept from grid to grid.
class Stacks {
 public:
  ~Stacks() {
    for (char *stack : free_) {
      munmap(stack, kGuard + kStack);
    }
  }
  char *take() {
    if (!free_.empty()) {
      char *stack = free_.back();
      free_.pop_back();
      return stack;
    }
    void *memory = mmap(nullptr, kGuard + kStack, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      perror("stacks of fibers");
      abort();
    }
    mprotect(memory, kGuard, PROT_NONE);
    return static_cast<char *>(memory);
  }
  void give_back(char *stack) { free_.push_back(stack); }

 private:
  std::vector<char *> free_;
};
thread_local Stacks stacks;

struct Fiber {
  char *stack = nullptr;
  void *at = nullptr;  // its stack pointer, while another one runs
  unsigned thread = 0;
};

enum class State : char { unborn, running, at_barrier, at_warp_barrier, ended };

class Block final : public quern_block {
 public:
  Block(const quern_module &module, const quern_kernel &kernel, Dimensions size, void **arguments)
      : module_(module),
        kernel_(kernel),
        size_(size),
        threads_(unsigned(size.count())),
        arguments_(arguments),
        states_(threads_),
        lanes_(threads_),
        fiber_of_(threads_),
        slots_(threads_) {}
  ~Block() {
    for (Fiber *fiber : fibers_) {
      stacks.give_back(fiber->stack);
      delete fiber;
    }
  }

  CUresult run() {
    started_ = ended_ = 0;
    backwards_ = false;
    std::fill(states_.begin(), states_.end(), State::unborn);
    while (ended_ < threads_ && !trapped_) {
      if (Fiber *fiber = take()) {
        enter(*fiber);
      } else if (!release()) {
        explain();
        return CUDA_ERROR_LAUNCH_FAILED;
      }
    }
    return trapped_ ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
  }

  bool next() override {
    if (running_->thread != kNone) {
      states_[running_->thread] = State::ended;
      ended_++;
      running_->thread = kNone;
    }
    if (started_ == threads_) {
      return false;
    }
    begin(started_++);
    return true;
  }

  void barrier() override { leave(State::at_barrier); }

  void warp_barrier(unsigned lanes) override {
    lanes_[running_->thread] = lanes;
    leave(State::at_warp_barrier);
  }

  unsigned lane() override { return running_->thread % kWarp; }

  unsigned warp_lanes() override {
    unsigned lanes = 0;
    const unsigned first = running_->thread / kWarp * kWarp;
    for (unsigned t = first; t < std::min(first + kWarp, threads_); t++) {
      lanes |= unsigned(states_[t] != State::ended) << (t - first);
    }
    return lanes;
  }

  unsigned long long &slot(unsigned lane) override {
    const unsigned thread = running_->thread / kWarp * kWarp + lane % kWarp;
    return slots_[thread < threads_ ? thread : running_->thread];
  }

  void trap() override {
    trapped_ = true;
    leave(State::at_barrier);
  }

 private:
  static constexpr unsigned kNone = ~0u;

  void begin(unsigned thread) {
    running_->thread = thread;
    states_[thread] = State::running;
    fiber_of_[thread] = running_;
    show(thread);
  }

  void show(unsigned thread) {
    *module_.thread_index = {
        thread % size_.x, thread / size_.x % size_.y, thread / size_.x / size_.y};
  }

  void leave(State state) {
    states_[running_->thread] = state;
    quern_switch(&running_->at, scheduler_);
  }

  void enter(Fiber &fiber) {
    running_ = &fiber;
    if (fiber.thread != kNone) {
      states_[fiber.thread] = State::running;
      show(fiber.thread);
    }
    quern_switch(&scheduler_, fiber.at);
    if (fiber.thread == kNone) {
      idle_.push_back(&fiber);
    }
  }

  // Whoever can go on; if there is none, a fiber for the threads that have not begun.
  Fiber *take() {
    if (!ready_.empty()) {
      const unsigned thread = ready_.back();
      ready_.pop_back();
      return fiber_of_[thread];
    }
    return started_ < threads_ ? fresh() : nullptr;
  }

  // Lets go whom all have been waited for.
  bool release() {
    unsigned waiting = 0;
    for (unsigned t = 0; t < threads_; t++) {
      waiting += states_[t] == State::at_barrier;
    }
    if (waiting == threads_ - ended_) {
      for (unsigned t = 0; t < threads_; t++) {
        if (states_[t] == State::at_barrier) {
          ready_.push_back(t);
        }
      }
      // Once in this order, once in the other: a barrier that is missing shows sooner.
      backwards_ = !backwards_;
      if (backwards_) {
        std::reverse(ready_.begin(), ready_.end());
      }
      return true;
    }
    for (unsigned t = 0; t < threads_; t++) {
      if (states_[t] == State::at_warp_barrier && complete(t)) {
        ready_.push_back(t);
      }
    }
    return !ready_.empty();
  }

  bool complete(unsigned thread) const {
    const unsigned first = thread / kWarp * kWarp;
    for (unsigned t = first; t < std::min(first + kWarp, threads_); t++) {
      if ((lanes_[thread] >> (t - first) & 1) && states_[t] != State::at_warp_barrier &&
          states_[t] != State::ended) {
        return false;
      }
    }
    return true;
  }

  void explain() const {
    unsigned block = 0, warp = 0;
    for (const State state : states_) {
      block += state == State::at_barrier;
      warp += state == State::at_warp_barrier;
    }
    note(
        format("deadlock: kernel %s, block (%u, %u, %u): %u threads wait for the block, %u for "
               "lanes of their warps, %u ended",
            kernel_.name, module_.block_index->x, module_.block_index->y, module_.block_index->z,
            block, warp, ended_));
  }

  Fiber *fresh() {
    Fiber *fiber;
    if (idle_.empty()) {
      fiber = new Fiber;
      fiber->stack = stacks.take();
      fibers_.push_back(fiber);
    } else {
      fiber = idle_.back();
      idle_.pop_back();
    }
    fiber->thread = kNone;
    void **top = reinterpret_cast<void **>(fiber->stack + kGuard + kStack);
    *--top = nullptr;                                 // where main would return to: never
    *--top = reinterpret_cast<void *>(&Block::main);  // where quern_switch returns to
    top -= 6;
    fiber->at = top;
    current_ = this;
    return fiber;
  }

  static void main() {
    Block *block = current_;
    block->kernel_.run(block->arguments_);
    void *unused;
    quern_switch(&unused, block->scheduler_);
    abort();
  }

  static thread_local Block *current_;
  const quern_module &module_;
  const quern_kernel &kernel_;
  const Dimensions size_;
  const unsigned threads_;
  void **const arguments_;
  std::vector<State> states_;
  std::vector<unsigned> lanes_;
  std::vector<Fiber *> fiber_of_;
  std::vector<unsigned long long> slots_;
  std::vector<Fiber *> fibers_, idle_;
  std::vector<unsigned> ready_;
  Fiber *running_ = nullptr;
  void *scheduler_ = nullptr;
  unsigned started_ = 0, ended_ = 0;
  bool backwards_ = false, trapped_ = false;
};

thread_local Block *Block::current_ = nullptr;

}  // namespace

CUresult guarded(const std::function<void()> &body) {
  catch_faults();
  sigjmp_buf here;
  sigjmp_buf *const before = landing;
  if (sigsetjmp(here, 1)) {
    landing = before;
    return CUDA_ERROR_ILLEGAL_ADDRESS;
  }
  landing = &here;
  body();
  landing = before;
  return CUDA_SUCCESS;
}

CUresult run_grid(const quern_module &module, const quern_kernel &kernel, Dimensions grid,
    Dimensions block, size_t dynamic_shared, void **arguments) {
  Block runner(module, kernel, block, arguments);
  std::vector<char> shared(dynamic_shared + 16);
  *module.block = &runner;
  *module.grid_size = {grid.x, grid.y, grid.z};
  *module.block_size = {block.x, block.y, block.z};
  *module.dynamic_shared =
      shared.data() + (16 - reinterpret_cast<uintptr_t>(shared.data()) % 16) % 16;
  CUresult status = CUDA_SUCCESS;
  const CUresult fault = guarded([&] {
    for (unsigned z = 0; z < grid.z && !status; z++) {
      for (unsigned y = 0; y < grid.y && !status; y++) {
        for (unsigned x = 0; x < grid.x && !status; x++) {
          *module.block_index = {x, y, z};
          // Shared memory has no value at first, and none of the block before.
          memset(module.shared, 0xff, size_t(module.shared_end - module.shared));
          memset(shared.data(), 0xff, shared.size());
          status = runner.run();
        }
      }
    }
  });
  if (fault) {
    note(
        format("fault: kernel %s, block (%u, %u, %u), thread (%u, %u, %u) touched memory that is "
               "not there",
            kernel.name, module.block_index->x, module.block_index->y, module.block_index->z,
            module.thread_index->x, module.thread_index->y, module.thread_index->z));
  }
  return fault ? fault : status;
}

}  // namespace quern
