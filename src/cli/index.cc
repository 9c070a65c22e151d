#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/store_options.h"

namespace joulecast::cli {
namespace {

int index(const StoreOptions& options) {
  const auto store = options.open();
  if (!store) return fail(store.error());
  if (const Status status = (*store)->rebuild(); !status) return fail(status.error());
  print_notes(**store);
  return print(fmt::format("{} runs\n", (*store)->list().size()));
}

}  // namespace

void add_index(CLI::App& program, Action& action) {
  auto options = std::make_shared<StoreOptions>();
  CLI::App* command = program.add_subcommand(
      "index", "Make the index of the stored runs anew (the folders are the truth)");
  options->add_to(*command);
  command->footer("Examples:\n  joulecast index --store /scratch/runs");
  command->callback([options, &action] { action = [options] { return index(*options); }; });
}

}  // namespace joulecast::cli
