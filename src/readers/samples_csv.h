// `samples`: power over time as a CSV with a header, or watts one per line.
#pragma once

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_samples(std::string_view head);
Status read_samples(Input& input, ReadContext& context);

}  // namespace joulecast::readers
