// A small interpreter that does what makes the Python front end of a framework slow: bytecode
// through indirect calls, look-ups by name, counted references, small allocations.
#pragma once

#include <cstdint>
#include <memory>

namespace joulecast::hardware {

/// How many calls of the interpreter make up one operator: about 20 us on a desktop core of 2020.
inline constexpr std::int64_t kCallsPerOperator = 58;

class DispatchLoop {
 public:
  DispatchLoop();
  ~DispatchLoop();
  DispatchLoop(const DispatchLoop&) = delete;
  DispatchLoop& operator=(const DispatchLoop&) = delete;

  void run(std::int64_t operators);
  /// As the interpreted program counted them itself.
  std::int64_t calls() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace joulecast::hardware
