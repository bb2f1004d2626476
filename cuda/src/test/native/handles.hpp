// Handles: numbers that are never used twice, so that a stale or foreign one is always noticed.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace quern {

// The live objects of one kind, by handle.
template <class Handle, class T>
class Registry {
 public:
  explicit Registry(uintptr_t kind) : next_(kind << 32) {}
  Handle add(std::shared_ptr<T> object) {
    const uintptr_t handle = next_ += 16;
    objects_[handle] = std::move(object);
    return reinterpret_cast<Handle>(handle);
  }
  std::shared_ptr<T> find(Handle handle) const {
    const auto found = objects_.find(reinterpret_cast<uintptr_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }
  std::shared_ptr<T> remove(Handle handle) {
    std::shared_ptr<T> object = find(handle);
    objects_.erase(reinterpret_cast<uintptr_t>(handle));
    return object;
  }
  template <class Wanted>
  std::vector<std::shared_ptr<T>> remove_if(Wanted wanted) {
    std::vector<std::shared_ptr<T>> removed;
    for (auto i = objects_.begin(); i != objects_.end();) {
      if (wanted(*i->second)) {
        removed.push_back(i->second);
        i = objects_.erase(i);
      } else {
        ++i;
      }
    }
    return removed;
  }
  const std::map<uintptr_t, std::shared_ptr<T>> &all() const { return objects_; }

 private:
  uintptr_t next_;
  std::map<uintptr_t, std::shared_ptr<T>> objects_;
};

// The same, for any thread.
template <class Handle, class T>
class Objects {
 public:
  explicit Objects(uintptr_t kind) : registry_(kind) {}
  Handle add(std::shared_ptr<T> object) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return registry_.add(std::move(object));
  }
  std::shared_ptr<T> find(Handle handle) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return registry_.find(handle);
  }
  std::shared_ptr<T> remove(Handle handle) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return registry_.remove(handle);
  }

 private:
  std::mutex mutex_;
  Registry<Handle, T> registry_;
};

}  // namespace quern
