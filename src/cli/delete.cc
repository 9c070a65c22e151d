#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "cli/command.h"
#include "cli/store_options.h"

namespace joulecast::cli {
namespace {

struct DeleteOptions {
  StoreOptions store;
  std::vector<std::string> runs;
  bool yes = false;
};

// Asks on the terminal; anything but y or yes is no.
bool agreed(const std::vector<std::filesystem::path>& folders) {
  for (const auto& folder : folders) fmt::print(stderr, "  {}\n", printable(folder.string()));
  fmt::print(stderr, "Delete {}? [y/N] ", folders.size() == 1 ? "it" : "them");
  std::string answer;
  std::getline(std::cin, answer);
  answer = to_lower(trim(answer));
  return answer == "y" || answer == "yes";
}

int delete_runs(const DeleteOptions& options) {
  const auto store = options.store.open();
  if (!store) return fail(store.error());
  // All names are looked up before the first run goes: "last" means one and the same throughout.
  std::vector<std::filesystem::path> folders;
  for (const std::string& run : options.runs) {
    const auto folder = (*store)->find(run);
    if (!folder) return fail(folder.error());
    std::error_code same;
    const bool named = std::any_of(folders.begin(), folders.end(), [&](const auto& other) {
      return std::filesystem::equivalent(other, *folder, same);
    });
    if (!named) folders.push_back(*folder);
  }
  if (!options.yes) {
    if (::isatty(STDIN_FILENO) != 1) {
      return fail({"there is no terminal to ask on; say --yes to delete without asking"},
                  kBadUsage);
    }
    if (!agreed(folders)) return print("Nothing was deleted.\n");
  }
  int result = kOk;
  for (const auto& folder : folders) {
    const Status status = (*store)->remove(folder);
    result =
        std::max(result, status ? print(fmt::format("Deleted {}\n", printable(folder.string())))
                                : fail(status.error()));
  }
  return result;
}

}  // namespace

void add_delete(CLI::App& program, Action& action) {
  auto options = std::make_shared<DeleteOptions>();
  CLI::App* command = program.add_subcommand("delete", "Delete stored runs");
  add_runs(*command, options->runs);
  options->store.add_to(*command);
  command->add_flag("--yes", options->yes, "Do not ask");
  command->footer("Examples:\n  joulecast delete last~3 20261123T174640Z");
  command->callback([options, &action] { action = [options] { return delete_runs(*options); }; });
}

}  // namespace joulecast::cli
