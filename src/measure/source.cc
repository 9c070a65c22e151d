#include "joulecast/measure/source.h"

namespace joulecast::measure {

const char* to_string(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "none";
    case Fault::kUnsupported:
      return "not supported";
    case Fault::kForbidden:
      return "not permitted";
    case Fault::kLost:
      return "lost";
    case Fault::kUnreadable:
      return "unreadable";
  }
  return "unreadable";
}

std::vector<Telemetry> Source::telemetry(int /*root_pid*/) { return {}; }

}  // namespace joulecast::measure
