#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/store_options.h"
#include "joulecast/store/run_folder.h"
#include "readers/output_file.h"
#include "report/run_export.h"
#include "store/summary.h"

namespace joulecast::cli {
namespace {

struct ExportOptions {
  StoreOptions store;
  std::vector<std::string> runs;
  std::string format = "csv";
  std::string output;
};

Result<std::vector<report::RunRecordReport>> read_all(const ExportOptions& options) {
  const auto store = options.store.open();
  if (!store) return store.error();
  std::vector<report::RunRecordReport> runs;
  for (const std::string& name : options.runs) {
    const auto folder = (*store)->find(name);
    if (!folder) return folder.error();
    auto record = store::read_record(*folder);
    if (!record) return record.error();
    report::RunRecordReport run{.folder = *folder, .record = std::move(*record), .devices = {}};
    run.devices = store::energy_so_far(run.folder, run.record);
    runs.push_back(std::move(run));
  }
  return runs;
}

int export_runs(const ExportOptions& options) {
  const auto runs = read_all(options);
  if (!runs) return fail(runs.error());
  const std::string text = options.format == "json"  ? report::json_text(report::export_json(*runs))
                           : options.format == "csv" ? report::export_csv(*runs)
                                                     : report::export_codecarbon(*runs);
  if (options.output.empty()) return print(text);
  readers::OutputFile file(options.output);
  file.write(text);
  file.close();
  const Status status = file.status();
  return status ? kOk : fail(status.error());
}

}  // namespace

void add_export(CLI::App& program, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = program.add_subcommand("export", "Write stored runs for other programs");
  add_runs(*command, options->runs);
  command
      ->add_option("--format", options->format,
                   "csv (a row per epoch), json (docs/schema/export-1.json) or codecarbon (its "
                   "emissions.csv, a row per run)")
      ->capture_default_str()
      ->type_name("NAME")
      ->check(CLI::IsMember({"csv", "json", "codecarbon"}));
  command
      ->add_option("-o,--output", options->output,
                   "Write to this new file instead of standard output")
      ->type_name("FILE");
  options->store.add_to(*command);
  command->footer(
      "Examples:\n  joulecast export last -o epochs.csv\n  joulecast export last last~1 --format "
      "codecarbon -o emissions.csv");
  command->callback([options, &action] { action = [options] { return export_runs(*options); }; });
}

}  // namespace joulecast::cli
