// `nvidia-smi`: the CSV of nvidia-smi --query-gpu=timestamp,...,power.draw --format=csv -lms N.
#pragma once

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_nvidia_smi(std::string_view head);
Status read_nvidia_smi(Input& input, ReadContext& context);

}  // namespace joulecast::readers
