// What every entry point of every library does: it can be made to fail, and it is written to a log.
//
//   cudaError f(int a, float *out) { return CALL(a, at(out)).run([&] { ...; return status; }); }
//
// The log has a line for each call, as it returns: "f(a=1, out=2.5) = 0". at(p) shows what p points
// to.
#pragma once
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>
#include <type_traits>

namespace quern {

// A setting: that of quern_fake_set, or the environment's, or "".
std::string setting(const char *name);
long number_setting(const char *name, long otherwise);

// The status with which this call of the function is to fail, or 0 (QUERN_FAKE_FAIL).
int injected_failure(const char *function);

bool logging();
void log(const std::string &line);
// Of something that a caller should not have done, or that a test wants to know: in the log after
// "# ", and if there is none, on stderr.
void note(const std::string &text);
std::string format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

template <class T>
struct Pointee {
  T *pointer;
};
template <class T>
Pointee<T> at(T *pointer) {
  return {pointer};
}

// Addresses of device memory are unsigned long long and shown as such; sizes are unsigned long.
inline std::string shown(unsigned long long v) {
  return format("0x%llx", v);
}
inline std::string shown(const char *v) {
  return v ? format("\"%.200s\"", v) : "null";
}
inline std::string shown(double v) {
  return format("%.9g", v);
}
inline std::string shown(float v) {
  return shown(double(v));
}
template <class T>
std::string shown(T v) {
  if constexpr (std::is_pointer_v<T>) {
    return v ? format("%p", (const void *)v) : "null";
  } else {
    return std::to_string((long long)v);
  }
}
template <class T>
std::string shown(Pointee<T> v) {
  return v.pointer ? shown(*v.pointer) : "null";
}

// A call's argument, to be shown when the call returns.
class Argument {
 public:
  template <class T>
  Argument(T value) : show_(&show<T>) {
    static_assert(sizeof value <= sizeof bits_);
    memcpy(bits_, &value, sizeof value);
  }
  std::string text() const { return show_(bits_); }

 private:
  template <class T>
  static std::string show(const char *bits) {
    T value;
    memcpy(&value, bits, sizeof value);
    return shown(value);
  }
  alignas(8) char bits_[8];
  std::string (*show_)(const char *);
};

// What a call does; refers to a lambda that outlives it.
template <class Result, class... A>
class Body {
 public:
  template <class Lambda>
  Body(const Lambda &lambda)
      : lambda_(&lambda), call_([](const void *body, A... a) -> Result {
          return (*static_cast<const Lambda *>(body))(a...);
        }) {}
  Result operator()(A... a) const { return call_(lambda_, a...); }

 private:
  const void *lambda_;
  Result (*call_)(const void *, A...);
};

class Call {
 public:
  Call(const char *function, const char *names, std::initializer_list<Argument> arguments)
      : function_(function), names_(names), arguments_(arguments) {}

  template <class Lambda>
  auto run(const Lambda &body) const {
    using Status = decltype(body());
    const int failure = injected_failure(function_);
    const Status status = failure ? Status(failure) : body();
    if (logging()) {
      log_result(int(status));
    }
    return status;
  }

 private:
  void log_result(int status) const;
  const char *function_, *names_;
  std::initializer_list<Argument>
      arguments_;  // lives as long as the expression that makes the call
};

#define CALL(...) ::quern::Call(__func__, #__VA_ARGS__, {__VA_ARGS__})

}  // namespace quern

// Changes a setting at run time: a JVM cannot change its environment. For QUERN_FAKE_FAIL, counting
// starts anew.
extern "C" void quern_fake_set(const char *name, const char *value);
