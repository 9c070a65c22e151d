#include "cli/usage_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"

namespace joulecast::cli {
namespace {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto near = nearest(word, names);
  return near ? fmt::format("; did you mean {}?", *near) : "";
}

// Empty: everything was taken.
std::string unexpected(const CLI::App& command, const std::vector<std::string>& extras) {
  if (extras.empty()) return {};
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
  if (option != extras.end()) {
    const std::string name = option->substr(0, option->find('='));
    return fmt::format("there is no option {}{}", quoted(name),
                       did_you_mean(name, long_options(command)));
  }
  if (command.get_parent() != nullptr) {
    return fmt::format("{} was not expected", quoted(extras.front()));
  }
  return fmt::format("there is no command {}{}", quoted(extras.front()),
                     did_you_mean(extras.front(), command_names(command)));
}

}  // namespace

Error usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const auto named = program.get_subcommands();
  const CLI::App& command = named.empty() ? program : *named.front();
  std::string what = unexpected(command, program.remaining(true));
  if (what.empty()) what = error.what();
  const std::string see = named.empty() ? "" : command.get_name() + " ";
  return {fmt::format("{}{} see 'joulecast {}--help'", what, what.ends_with('?') ? "" : ";", see)};
}

}  // namespace joulecast::cli
