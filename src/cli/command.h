// What the subcommands share: how they are registered, how they fail, what they print to.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/readers/reader.h"

namespace joulecast::cli {

// Exit codes, documented in `joulecast --help`.
inline constexpr int kOk = 0;
inline constexpr int kBadInput = 1;  ///< A file or a value in it is not usable.
inline constexpr int kBadUsage = 2;  ///< The command line is not usable.

/// What to do once the command line has been read; set by the subcommand that was named.
using Action = std::function<int()>;

/// Adds one subcommand to the program; it sets `action` if it is the one that was named.
/// `command`: what followed "--" on the command line.
void add_run(CLI::App& program, Action& action, const std::vector<std::string>& command);
void add_probe(CLI::App& program, Action& action, const std::vector<std::string>& command);
void add_estimate(CLI::App& program, Action& action);
void add_mark(CLI::App& program, Action& action);
void add_import(CLI::App& program, Action& action);
void add_stability(CLI::App& program, Action& action);
void add_project(CLI::App& program, Action& action);
void add_doctor(CLI::App& program, Action& action);
void add_calibrate(CLI::App& program, Action& action);
void add_carbon(CLI::App& program, Action& action);
void add_network(CLI::App& program, Action& action);
void add_hardware(CLI::App& program, Action& action);
void add_validate(CLI::App& program, Action& action);
void add_fit(CLI::App& program, Action& action);
void add_tradeoff(CLI::App& program, Action& action);
void add_compare(CLI::App& program, Action& action);
void add_list(CLI::App& program, Action& action);
void add_show(CLI::App& program, Action& action);
void add_export(CLI::App& program, Action& action);
void add_tag(CLI::App& program, Action& action);
void add_delete(CLI::App& program, Action& action);
void add_index(CLI::App& program, Action& action);
void add_completion(CLI::App& program, Action& action);

/// Prints "joulecast: message" on standard error; the exit code for it.
int fail(const Error& error, int code = kBadInput);

/// Prints to standard output, or fails where that is not possible (a full disk, a closed pipe).
int print(const std::string& text);

/// The long options of a command: "--json", "--method", ...
std::vector<std::string> long_options(const CLI::App& command);
std::vector<std::string> command_names(const CLI::App& program);

/// Checks an option's value for being a number above zero; CLI11's own says it in 300 digits.
CLI::Validator above_zero();
/// Checks for a whole number of at least `least`; CLI11 reads "-1" into a size_t without a word.
CLI::Validator whole_number(std::int64_t least);

/// The options of every command that takes a RUN.
struct RunOptions {
  std::string path;
  std::string format;
  double interval_s = 0.0;  ///< 0: not given.

  /// `interval_flags`: in most commands the sampling interval is --interval too; in `project` that
  /// word is taken by the forecast's interval.
  void add_to(CLI::App& command,
              const std::string& interval_flags = "--interval,--sampling-interval");
  /// With a progress line on standard error while it is a terminal and reading takes long.
  readers::ReadOptions read_options() const;
};

}  // namespace joulecast::cli
