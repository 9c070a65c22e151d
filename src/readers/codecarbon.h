// `codecarbon`: emissions.csv, or the file with a row per task.
#pragma once

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_codecarbon(std::string_view head);
Status read_codecarbon(Input& input, ReadContext& context);

}  // namespace joulecast::readers
