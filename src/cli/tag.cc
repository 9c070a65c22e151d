#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/command.h"
#include "cli/store_options.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::cli {
namespace {

struct TagOptions {
  StoreOptions store;
  std::string run;
};

int tag(const TagOptions& options, const std::vector<std::string>& tags) {
  if (tags.empty()) {
    return fail({"say which tags: NAME puts one on, -NAME takes it off"}, kBadUsage);
  }
  const auto store = options.store.open();
  if (!store) return fail(store.error());
  const auto folder = (*store)->find(options.run);
  if (!folder) return fail(folder.error());
  if (const Status status = (*store)->tag(*folder, tags); !status) return fail(status.error());
  const auto record = store::read_record(*folder);
  if (!record) return fail(record.error());
  const auto& now = record->start.tags;
  return print(
      fmt::format("{}: {}\n", printable(record->id),
                  now.empty() ? "no tags" : printable(fmt::format("{}", fmt::join(now, ", ")))));
}

}  // namespace

void add_tag(CLI::App& program, Action& action) {
  auto options = std::make_shared<TagOptions>();
  CLI::App* command = program.add_subcommand("tag", "Put tags on a stored run, or take them off");
  command
      ->add_option("RUN", options->run,
                   "The run: its id or the beginning of it, 'last', or the path of its folder")
      ->required()
      ->type_name("");
  options->store.add_to(*command);
  // What is left over: CLI11 would take "-NAME" for an option of ours.
  command->allow_extras();
  command->footer(
      "After RUN come the tags: NAME puts one on, -NAME takes it off:\n"
      "  joulecast tag last baseline -draft");
  command->callback([options, command, &action] {
    action = [options, tags = command->remaining()] { return tag(*options, tags); };
  });
}

}  // namespace joulecast::cli
