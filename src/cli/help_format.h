// The form of every command's --help.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace joulecast::cli {

/// CLI11's, with what options and commands are about wrapped to 80 columns.
class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat();
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace joulecast::cli
