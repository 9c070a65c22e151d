// From a path to the file to read and the format it is in.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"
#include "readers/format.h"

namespace joulecast::readers {

/// The format that the beginning of a file is in, or nullptr.
const Format* recognise(std::string_view head);

/// The format of that name, or an Error that lists the names.
Result<const Format*> format_named(const std::string& name);

struct Recording {
  Input input;
  const Format* format = nullptr;
};

/// Opens a file, or the one recording in a folder. `format` is a name, or empty: recognise it.
Result<Recording> open_recording(const std::filesystem::path& path, const std::string& format);

}  // namespace joulecast::readers
