#include <memory>

#include "cli/command.h"
#include "cli/store_options.h"
#include "joulecast/store/run_folder.h"
#include "report/run_record.h"
#include "store/summary.h"

namespace joulecast::cli {
namespace {

struct ShowOptions {
  StoreOptions store;
  std::string run;
  bool json = false;
};

int show(const ShowOptions& options) {
  const auto store = options.store.open();
  if (!store) return fail(store.error());
  const auto folder = (*store)->find(options.run);
  if (!folder) return fail(folder.error());
  auto record = store::read_record(*folder);
  if (!record) return fail(record.error());
  print_notes(**store);
  report::RunRecordReport report{.folder = *folder, .record = std::move(*record), .devices = {}};
  report.devices = store::energy_so_far(report.folder, report.record);
  if (options.json) return print(report::json_text(report::run_record_json(report)));
  return print(report::run_record_text(report, report::stdout_terminal()));
}

}  // namespace

void add_show(CLI::App& program, Action& action) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = program.add_subcommand(
      "show", "Show a stored run: its joules by epoch and device, and what was projected");
  command
      ->add_option("RUN", options->run,
                   "The run: its id or the beginning of it, 'last', 'last~1' (the one before), or "
                   "the path of its folder")
      ->required()
      ->type_name("");
  options->store.add_to(*command);
  command->add_flag("--json", options->json, "Print JSON (docs/schema/show-1.json)");
  command->footer("Examples:\n  joulecast show last\n  joulecast show last~1 --json");
  command->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace joulecast::cli
