#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/command.h"

namespace joulecast::cli {
namespace {

// The long options of a command, "--json --method ...".
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App*) { return true; });
}

std::string bash(const CLI::App& program) {
  std::vector<std::string> names;
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    names.push_back(command->get_name());
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(),
                         fmt::join(options_of(*command), " "));
  }
  return fmt::format(R"(# joulecast completion for bash: source <(joulecast completion bash)
_joulecast() {{
  local words="{} --help --version" word=${{COMP_WORDS[COMP_CWORD]}}
  [ "$COMP_CWORD" -gt 1 ] && case ${{COMP_WORDS[1]}} in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case $word in -*) ;; *) [ "$COMP_CWORD" -gt 1 ] && COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}}
complete -o filenames -F _joulecast joulecast
)",
                     fmt::join(names, " "), cases);
}

std::string zsh(const CLI::App& program) {
  std::string commands, cases;
  for (const CLI::App* command : commands_of(program)) {
    commands += fmt::format("    '{}:{}'\n", command->get_name(), command->get_description());
    cases += fmt::format("      {}) compadd -- {}; _files ;;\n", command->get_name(),
                         fmt::join(options_of(*command), " "));
  }
  return fmt::format(R"(#compdef joulecast
# joulecast completion for zsh: put it in a folder of $fpath as _joulecast
_joulecast() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    case $words[2] in
{}    esac
  fi
}}
_joulecast "$@"
)",
                     commands, cases);
}

std::string fish(const CLI::App& program) {
  std::string text = "# joulecast completion for fish: joulecast completion fish | source\n";
  for (const CLI::App* command : commands_of(program)) {
    text += fmt::format("complete -c joulecast -n __fish_use_subcommand -a {} -d '{}'\n",
                        command->get_name(), command->get_description());
    for (const std::string& option : options_of(*command)) {
      text += fmt::format("complete -c joulecast -n '__fish_seen_subcommand_from {}' -l {}\n",
                          command->get_name(), option.substr(2));
    }
  }
  return text;
}

}  // namespace

void add_completion(CLI::App& program, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      program.add_subcommand("completion", "Print a completion script for bash, zsh or fish");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &program, &action] {
    action = [shell, &program] {
      return print(*shell == "bash"  ? bash(program)
                   : *shell == "zsh" ? zsh(program)
                                     : fish(program));
    };
  });
}

}  // namespace joulecast::cli
