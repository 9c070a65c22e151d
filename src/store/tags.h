// Tags that were given after a run began: lines of tags.jsonl, so that the run's own files keep
// one writer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "joulecast/base/result.h"

namespace joulecast::store {

/// Puts what tags.jsonl adds and takes off into `tags`.
void apply_tags(const std::filesystem::path& folder, std::vector<std::string>& tags);

/// Appends a change: "name" adds, "-name" takes off. Errors: a tag that is none; cannot write.
Status append_tags(const std::filesystem::path& folder, const std::vector<std::string>& changes);

}  // namespace joulecast::store
