// For tests: the pretended NVML (tools/fake_gpu), configured, in virtual time.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace joulecast::measure {

// NOLINTBEGIN(concurrency-mt-unsafe): tests set their environment from one thread
inline void set_variable(const char* name, const std::string& value) {
  setenv(name, value.c_str(), 1);
}
inline void unset_variable(const char* name) { unsetenv(name); }
// NOLINTEND(concurrency-mt-unsafe)

/// While it lives, the library at file() pretends what `config` says, and its time stands still
/// until it is set. One at a time.
class FakeNvml {
 public:
  explicit FakeNvml(const std::string& config, double now_s = 1000.0, bool old = false)
      : file_(std::string(JOULECAST_FAKE_DIR) + (old ? "/old" : "") + "/libnvidia-ml.so.1"),
        library_(dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    set_variable("JOULECAST_FAKE_GPU", config);
    EXPECT_NE(library_, nullptr) << file_;
    set_time(now_s);
  }
  ~FakeNvml() {
    set_time(-1.0);
    unset_variable("JOULECAST_FAKE_GPU");
    dlclose(library_);
  }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;

  const std::string& file() const { return file_; }
  void set_time(double monotonic_s) const {
    reinterpret_cast<void (*)(double)>(dlsym(library_, "joulecast_fake_set_time"))(monotonic_s);
  }
  double true_energy_j(unsigned gpu, double from_s, double to_s) const {
    return reinterpret_cast<double (*)(unsigned, double, double)>(
        dlsym(library_, "joulecast_fake_true_energy"))(gpu, from_s, to_s);
  }

 private:
  std::string file_;
  void* library_;
};

}  // namespace joulecast::measure
