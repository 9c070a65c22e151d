// `run`: the folder that `joulecast run` writes (docs/store.md).
#pragma once

#include <string_view>

#include "readers/format.h"

namespace joulecast::readers {

inline constexpr const char* kRunFolderFormat = "run";

bool recognises_run_folder(std::string_view head);
/// `input` is the folder's events.jsonl.
Status read_run_folder(Input& input, ReadContext& context);

}  // namespace joulecast::readers
