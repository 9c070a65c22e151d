// `carbontracker`: its standard log (an entry per epoch) or its output log (the total).
#pragma once

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_carbontracker(std::string_view head);
/// Whether this is the output log, which has only totals.
bool is_carbontracker_output(std::string_view head);
Status read_carbontracker(Input& input, ReadContext& context);

}  // namespace joulecast::readers
