// joulecast: one command, a file per subcommand beside this one.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/help_format.h"
#include "cli/usage_error.h"

namespace joulecast::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  joulecast estimate resnet50 --gpu "RTX 3090" --train-size 12000 --epochs 100
                                             what it will take, before it starts
  joulecast network model.onnx               what a network computes and holds
  joulecast probe --plan plan.toml -- python train.py
                                             half a minute corrects the estimate
  joulecast run -- python train.py           measure and project a training
  joulecast show last                        what it took
  joulecast doctor                           what can be measured here
  joulecast import power.csv                 what a recording holds
  joulecast project RUN                      what it will take, after each epoch
  joulecast project RUN --method step-epoch --epochs 100 --json
  joulecast stability RUN                    since when the training is stable

'joulecast COMMAND --help' says more. Exit codes: 0 done; 1 the input cannot be
used; 2 the command line cannot be used; 'run' ends as the training ends.
Nothing is sent over the network unless --live or --live-carbon asks a provider
for its grid.)";

// What follows "--" is the user's command, whatever it looks like: it is taken off the arguments.
std::vector<std::string> take_command(int& argc, char** argv) {
  constexpr int kFirst = 2;  // "joulecast run", "joulecast probe"
  const std::string_view name = argc < kFirst ? "" : argv[1];
  if (name != "run" && name != "probe") return {};
  for (int i = kFirst; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    std::vector<std::string> command(argv + i + 1, argv + argc);
    argc = i;
    return command;
  }
  return {};
}

int run(int argc, char** argv) {
  const std::vector<std::string> command = take_command(argc, argv);
  CLI::App program("Forecast the energy of deep-learning training.", "joulecast");
  program.set_version_flag("--version", "joulecast " JOULECAST_VERSION);
  program.formatter(std::make_shared<HelpFormat>());
  program.require_subcommand(0, 1);
  program.footer(kFooter);
  Action action;
  add_estimate(program, action);
  add_run(program, action, command);
  add_probe(program, action, command);
  add_mark(program, action);
  add_project(program, action);
  add_stability(program, action);
  add_import(program, action);
  add_doctor(program, action);
  add_calibrate(program, action);
  add_carbon(program, action);
  add_network(program, action);
  add_hardware(program, action);
  add_validate(program, action);
  add_fit(program, action);
  add_tradeoff(program, action);
  add_compare(program, action);
  add_list(program, action);
  add_show(program, action);
  add_export(program, action);
  add_tag(program, action);
  add_delete(program, action);
  add_index(program, action);
  add_completion(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0 for CLI11.
    if (error.get_exit_code() == 0) return program.exit(error);
    return fail(usage_error(program, error), kBadUsage);
  }
  if (!action) {
    fmt::print("{}", program.help());
    return kOk;
  }
  return action();
}

}  // namespace
}  // namespace joulecast::cli

int main(int argc, char** argv) {
  try {
    return joulecast::cli::run(argc, argv);
  } catch (const std::exception& error) {
    // A lack of memory, say; the library reports what is wrong with its input as a Result.
    std::fprintf(stderr, "joulecast: %s\n", error.what());
    return joulecast::cli::kBadInput;
  }
}
