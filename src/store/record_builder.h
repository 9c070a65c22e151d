// From the events of a run folder to what is known of the run.
#pragma once

#include "joulecast/store/record.h"
#include "store/json_forms.h"
#include "store/liveness.h"

namespace joulecast::store {

/// Builds a record from events in their order.
class RecordBuilder {
 public:
  void apply(const Json& event);

  RunRecord record;
  Writer writer;
  bool interrupted = false;  ///< Marked so, and nothing came after it.
};

}  // namespace joulecast::store
