#include "cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/progress_line.h"

namespace joulecast::cli {
int fail(const Error& error, int code) {
  fmt::print(stderr, "joulecast: {}\n", printable(error.message));
  return code;
}

int print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) return fail({"cannot write to standard output"});
  return kOk;
}

std::vector<std::string> long_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

CLI::Validator above_zero() {
  return CLI::Validator(
      [](const std::string& text) {
        const auto number = parse_number(text);
        return number && *number > 0.0 ? std::string()
                                       : fmt::format("must be a number above 0, not '{}'", text);
      },
      "");
}

CLI::Validator whole_number(std::int64_t least) {
  return CLI::Validator(
      [least](const std::string& text) {
        const auto number = parse_integer(text);
        constexpr std::int64_t kMost = 1'000'000'000;
        return number && *number >= least && *number <= kMost
                   ? std::string()
                   : fmt::format("must be a whole number of at least {}, not '{}'", least, text);
      },
      "");
}

void RunOptions::add_to(CLI::App& command, const std::string& interval_flags) {
  command.add_option("RUN", path, "A recording: a file or a folder; see 'joulecast import --help'")
      ->required()
      ->type_name("");
  command
      .add_option("--format", format,
                  "Read RUN as this format instead of recognising it by content")
      ->type_name("NAME");
  command
      .add_option(interval_flags, interval_s,
                  "Sampling interval of a recording of watts without times, in seconds")
      ->type_name("SECONDS")
      ->check(above_zero());
}

readers::ReadOptions RunOptions::read_options() const {
  readers::ReadOptions options;
  options.format = format;
  if (interval_s > 0.0) options.interval_s = interval_s;
  if (::isatty(STDERR_FILENO) == 1) {
    options.progress = [line = std::make_shared<ProgressLine>("reading")](double fraction) {
      line->update(fraction);
    };
  }
  return options;
}

}  // namespace joulecast::cli
