#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "joulecast/readers/recording_writer.h"
#include "report/run_summary.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

struct ImportOptions {
  RunOptions run;
  std::string output;
  bool json = false;
};

int import(const ImportOptions& options) {
  report::RunSummary summary;
  std::vector<RunSink*> sinks = {&summary};
  std::unique_ptr<readers::RecordingWriter> writer;
  if (!options.output.empty()) {
    auto created = readers::RecordingWriter::create(options.output);
    if (!created) return fail(created.error());
    writer = std::move(created).value();
    sinks.push_back(writer.get());
  }
  TeeSink sink(sinks);
  auto report = readers::read_run(options.run.path, options.run.read_options(), sink);
  if (!report) return fail(report.error());
  if (writer) {
    if (const Status status = writer->finish(*report); !status) return fail(status.error());
  }
  summary.finish(*report);
  if (options.json) return print(report::json_text(summary.json()));
  std::string text = summary.text(options.run.path, report::stdout_terminal());
  if (writer) text += fmt::format("Written to {}\n", options.output);
  return print(text);
}

std::string formats_text() {
  std::string text = "Formats (recognised by content, gzip too):\n";
  for (const readers::FormatInfo& format : readers::formats()) {
    text += fmt::format("  {:<14} {}\n", format.name, format.description);
  }
  return text;
}

}  // namespace

void add_import(CLI::App& program, Action& action) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      program.add_subcommand("import", "Read a recording, say what it holds, convert it");
  options->run.add_to(*command);
  command
      ->add_option("-o,--output", options->output,
                   "Write it as a joulecast recording: a new folder")
      ->type_name("FOLDER");
  command->add_flag("--json", options->json,
                    "Print the summary as JSON (docs/schema/import-1.json)");
  command->footer(formats_text());
  command->callback([options, &action] { action = [options] { return import(*options); }; });
}

}  // namespace joulecast::cli
