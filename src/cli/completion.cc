#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/command.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/named.h"
#include "joulecast/pre/estimator.h"
#include "joulecast/pre/observations.h"

namespace joulecast::cli {
namespace {

// What may stand after an option, or without one as the command's own argument.
struct Values {
  std::string option;  ///< "--target"; empty: the argument.
  std::vector<std::string> words;
};

template <typename Names>
std::vector<std::string> words_of(const Names& names) {
  return {names.begin(), names.end()};
}

// A name is one word: find_gpu() takes hyphens for blanks.
std::vector<std::string> gpu_words() {
  std::vector<std::string> words = {"auto"};
  for (const hardware::Gpu& gpu : hardware::gpus()) {
    std::string& word = words.emplace_back(gpu.name);
    std::replace(word.begin(), word.end(), ' ', '-');
  }
  return words;
}

std::vector<std::string> network_words() {
  std::vector<std::string> words;
  for (const network::NamedNetwork& each : network::named_networks()) words.push_back(each.name);
  return words;
}

std::vector<std::string> estimator_words() {
  std::vector<std::string> words;
  for (const pre::EstimatorName& each : pre::estimator_names()) words.emplace_back(each.name);
  return words;
}

std::vector<std::string> column_words() {
  std::vector<std::string> words;
  for (const pre::SourceName& each : pre::source_names()) words.push_back(each.name);
  return words;
}

std::vector<Values> all_values(std::string_view command) {
  std::vector<Values> values = {{"--target", words_of(pre::kTargetNames)},
                                {"--groups", {"none", "configuration", "architecture", "gpu"}},
                                {"--probe-rule", {"random", "smallest", "spread"}},
                                {"--columns", column_words()},
                                {"--optimizer", words_of(pre::kOptimizerNames)},
                                {"--precision", words_of(network::kPrecisionNames)},
                                {"--pipeline", words_of(pre::kInputPipelineNames)},
                                {"--framework", {"pytorch", "tensorflow"}},
                                {"--vendor", {"NVIDIA", "AMD", "Intel"}},
                                {"--gpu", gpu_words()}};
  const bool estimates = command == "estimate" || command == "probe";
  // Those of `estimate`, `probe` and `run` are files.
  if (!estimates && command != "run") values.push_back({"--estimator", estimator_words()});
  if (estimates) values.back().words.emplace_back("cpu");
  if (estimates || command == "network") values.push_back({"", network_words()});
  if (command == "hardware") values.push_back({"", gpu_words()});
  if (command == "completion") values.push_back({"", {"bash", "zsh", "fish"}});
  return values;
}

// Those of the options that the command has.
std::vector<Values> values_of(const CLI::App& command) {
  std::vector<Values> values = all_values(command.get_name());
  const std::vector<std::string> options = long_options(command);
  std::erase_if(values, [&options](const Values& each) {
    return !each.option.empty() &&
           std::find(options.begin(), options.end(), each.option) == options.end();
  });
  return values;
}

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App*) { return true; });
}

// Options and what the argument may be.
std::vector<std::string> free_words(const CLI::App& command) {
  std::vector<std::string> words = long_options(command);
  for (const Values& values : values_of(command)) {
    if (values.option.empty()) words.insert(words.end(), values.words.begin(), values.words.end());
  }
  return words;
}

std::string bash(const CLI::App& program) {
  std::string cases, after;
  for (const CLI::App* command : commands_of(program)) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(),
                         fmt::join(free_words(*command), " "));
    for (const Values& values : values_of(*command)) {
      if (values.option.empty()) continue;
      after += fmt::format("    \"{} {}\") values=\"{}\" ;;\n", command->get_name(), values.option,
                           fmt::join(values.words, " "));
    }
  }
  return fmt::format(R"(# joulecast completion for bash: source <(joulecast completion bash)
_joulecast() {{
  local words="{} --help --version" values= word=${{COMP_WORDS[COMP_CWORD]}}
  [ "$COMP_CWORD" -gt 1 ] && case "${{COMP_WORDS[1]}} ${{COMP_WORDS[COMP_CWORD-1]}}" in
{}  esac
  if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$word")); return; fi
  [ "$COMP_CWORD" -gt 1 ] && case ${{COMP_WORDS[1]}} in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case $word in -*) ;; *) [ "$COMP_CWORD" -gt 1 ] && COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}}
complete -o filenames -F _joulecast joulecast
)",
                     fmt::join(command_names(program), " "), after, cases);
}

std::string zsh(const CLI::App& program) {
  std::string commands, cases, after;
  for (const CLI::App* command : commands_of(program)) {
    commands += fmt::format("    '{}:{}'\n", command->get_name(), command->get_description());
    cases += fmt::format("      {}) compadd -- {}; _files ;;\n", command->get_name(),
                         fmt::join(free_words(*command), " "));
    for (const Values& values : values_of(*command)) {
      if (values.option.empty()) continue;
      after += fmt::format("      '{} {}') compadd -- {}; return ;;\n", command->get_name(),
                           values.option, fmt::join(values.words, " "));
    }
  }
  return fmt::format(R"(#compdef joulecast
# joulecast completion for zsh: put it in a folder of $fpath as _joulecast
_joulecast() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    case "$words[2] $words[CURRENT-1]" in
{}    esac
    case $words[2] in
{}    esac
  fi
}}
_joulecast "$@"
)",
                     commands, after, cases);
}

std::string fish(const CLI::App& program) {
  std::string text = "# joulecast completion for fish: joulecast completion fish | source\n";
  for (const CLI::App* command : commands_of(program)) {
    text += fmt::format("complete -c joulecast -n __fish_use_subcommand -a {} -d '{}'\n",
                        command->get_name(), command->get_description());
    const std::string within = fmt::format(
        "complete -c joulecast -n '__fish_seen_subcommand_from {}'", command->get_name());
    for (const std::string& option : long_options(*command)) {
      text += fmt::format("{} -l {}\n", within, option.substr(2));
    }
    for (const Values& values : values_of(*command)) {
      const std::string option =
          values.option.empty() ? "" : fmt::format(" -l {} -x", values.option.substr(2));
      text += fmt::format("{}{} -a '{}'\n", within, option, fmt::join(values.words, " "));
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
  command->footer(R"(Examples:
  source <(joulecast completion bash)              in ~/.bashrc
  joulecast completion zsh > ~/.zfunc/_joulecast   a folder of $fpath
  joulecast completion fish | source               in config.fish)");
  command->callback([shell, &program, &action] {
    action = [shell, &program] {
      return print(*shell == "bash"  ? bash(program)
                   : *shell == "zsh" ? zsh(program)
                                     : fish(program));
    };
  });
}

}  // namespace joulecast::cli
