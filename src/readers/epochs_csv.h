// `epochs`: a CSV with a row per epoch, or one for its training and one for its evaluation.
#pragma once

#include "readers/format.h"

namespace joulecast::readers {

bool recognises_epochs(std::string_view head);
Status read_epochs(Input& input, ReadContext& context);

}  // namespace joulecast::readers
