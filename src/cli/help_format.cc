#include "cli/help_format.h"

#include <sstream>
#include <string_view>

namespace joulecast::cli {
namespace {

constexpr std::size_t kNames = 30, kWidth = 80;

// Broken at blanks, for a column that begins after the names.
std::string broken(std::string_view text) {
  std::string lines;
  constexpr std::size_t kRoom = kWidth - kNames;
  while (text.size() > kRoom) {
    std::size_t end = text.rfind(' ', kRoom);
    if (end == std::string_view::npos) end = text.find(' ');
    if (end == std::string_view::npos) break;
    lines += std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end + 1);
  }
  return lines + std::string(text);
}

}  // namespace

HelpFormat::HelpFormat() { column_width(kNames); }

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  return broken(CLI::Formatter::make_option_desc(option));
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  std::ostringstream text;
  CLI::detail::format_help(text, command->get_display_name(true),
                           broken(command->get_description()), kNames);
  return text.str();
}

}  // namespace joulecast::cli
