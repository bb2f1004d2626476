#include "calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

namespace quern {
namespace {

// One of "name:n:status", or "name:n+:status" for the n-th call and all after it.
struct Failure {
  std::string function;
  long from;
  bool onwards;
  int status;
  long calls = 0;
};

// Never destroyed: threads of streams may outlive the libraries' destructors.
struct Settings {
  std::mutex mutex;
  std::map<std::string, std::string> values;
  std::vector<Failure> failures;
  bool failures_read = false;
  int log = -1;
  bool log_opened = false;
};
Settings &settings() {
  static Settings &all = *new Settings;
  return all;
}

std::string look_up(Settings &all, const char *name) {
  const auto found = all.values.find(name);
  if (found != all.values.end()) {
    return found->second;
  }
  const char *value = getenv(name);
  return value ? value : "";
}

void read_failures(Settings &all) {
  all.failures.clear();
  all.failures_read = true;
  const std::string text = look_up(all, "QUERN_FAKE_FAIL");
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string one = text.substr(at, end - at);
    const size_t first = one.find(':'), second = one.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      fprintf(stderr, "QUERN_FAKE_FAIL: not name:n:status: %s\n", one.c_str());
    } else {
      all.failures.push_back({one.substr(0, first), atol(one.c_str() + first + 1),
          one[second - 1] == '+', atoi(one.c_str() + second + 1)});
    }
    at = end + 1;
  }
}

int log_file(Settings &all) {
  if (!all.log_opened) {
    all.log_opened = true;
    const std::string path = look_up(all, "QUERN_FAKE_LOG");
    all.log =
        path.empty() ? -1 : open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  }
  return all.log;
}

}  // namespace

std::string setting(const char *name) {
  Settings &all = settings();
  const std::lock_guard<std::mutex> lock(all.mutex);
  return look_up(all, name);
}

long number_setting(const char *name, long otherwise) {
  const std::string text = setting(name);
  return text.empty() ? otherwise : strtol(text.c_str(), nullptr, 0);
}

int injected_failure(const char *function) {
  Settings &all = settings();
  const std::lock_guard<std::mutex> lock(all.mutex);
  if (!all.failures_read) {
    read_failures(all);
  }
  for (Failure &failure : all.failures) {
    if (failure.function == function) {
      failure.calls++;
      if (failure.onwards ? failure.calls >= failure.from : failure.calls == failure.from) {
        return failure.status;
      }
    }
  }
  return 0;
}

bool logging() {
  Settings &all = settings();
  const std::lock_guard<std::mutex> lock(all.mutex);
  return log_file(all) >= 0;
}

void log(const std::string &line) {
  Settings &all = settings();
  const std::lock_guard<std::mutex> lock(all.mutex);
  const std::string text = line + "\n";
  if (log_file(all) >= 0 && write(all.log, text.data(), text.size()) < 0) {
    perror("QUERN_FAKE_LOG");
  }
}

void note(const std::string &text) {
  if (logging()) {
    log("# " + text);
  } else {
    fprintf(stderr, "imitated CUDA: %s\n", text.c_str());
  }
}

std::string format(const char *pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

void Call::log_result(int status) const {
  std::string line = std::string(function_) + "(";
  const char *names = names_;
  for (const Argument &argument : arguments_) {
    const char *end = strchr(names, ',') ? strchr(names, ',') : names + strlen(names);
    std::string name(names, end);
    names = *end ? end + 2 : end;
    const size_t open = name.find('(');  // of at(name)
    if (open != std::string::npos) {
      name = name.substr(open + 1, name.size() - open - 2);
    }
    line += (line.back() == '(' ? "" : ", ") + name + "=" + argument.text();
  }
  log(line + ") = " + std::to_string(status));
}

}  // namespace quern

void quern_fake_set(const char *name, const char *value) {
  quern::Settings &all = quern::settings();
  const std::lock_guard<std::mutex> lock(all.mutex);
  all.values[name] = value ? value : "";
  if (!strcmp(name, "QUERN_FAKE_FAIL")) {
    all.failures_read = false;
  }
  if (!strcmp(name, "QUERN_FAKE_LOG")) {
    if (all.log >= 0) {
      close(all.log);
    }
    all.log_opened = false;
  }
}
