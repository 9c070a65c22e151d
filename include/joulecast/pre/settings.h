// A set-up as a user says it: on a command line (--batch-size 64) or in a plan file (batch_size =
// 64), by the same words.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {

/// One thing that can be said of a set-up.
struct Setting {
  std::string_view name;  ///< As a plan file has it: "batch_size". An option has "-" for "_".
  std::string_view type;  ///< For help: "N", "W", "NAME".
  std::string_view about;
  std::string_view otherwise;  ///< What is assumed where it is not said; empty: nothing to tell.
};

/// All of them, in the order in which they are applied and shown.
std::span<const Setting> settings();

/// What was said, by setting name; the origin ("plan.toml:3" or "--batch-size") stands in errors.
struct Said {
  std::string value;
  std::string origin;
  bool assumed = false;  ///< Nobody said it: it is told among the assumptions.
};
using SaidSettings = std::map<std::string, Said, std::less<>>;

/// Reads a plan file (TOML, one key a setting). Errors: file:line:column, an unknown key with the
/// nearest one, a value that is neither text nor number nor true/false.
Result<SaidSettings> read_plan_file(const std::filesystem::path& file);

struct SaidSetUp {
  SetUp set_up;
  std::vector<std::string> assumed;  ///< "batch size 32": one for each default that counts.
  std::vector<std::string> said;     ///< The settings that somebody said.
};

/// The set-up that was said. Errors: a value that is not usable, or values that contradict each
/// other (more frozen epochs than epochs, a batch larger than the training set).
Result<SaidSetUp> set_up_of(const SaidSettings& said);

}  // namespace joulecast::pre
