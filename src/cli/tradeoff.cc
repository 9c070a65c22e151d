#include "joulecast/analysis/tradeoff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/store_options.h"
#include "cli/tradeoff_runs.h"
#include "cli/tradeoff_table.h"
#include "report/tradeoff.h"
#include "report/tradeoff_charts.h"

namespace joulecast::cli {
namespace {

struct TradeoffCommand {
  std::vector<std::string> data, runs;
  std::string columns;
  StoreOptions store;
  bool from_store = false;
  TradeoffRequest request{
      .groups = {"architecture"}, .where = {}, .response = "epoch-energy", .correctness = {}};
  std::string max_loss = "0%";
  double alpha = 0.05;
  std::string svg, html;
  bool json = false;
};

// "2%", "2 %" or 0.02
Result<double> share_of(const std::string& text) {
  std::string_view number = trim(text);
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const auto value = parse_number(number);
  constexpr double kHundred = 100.0;
  const double share = value ? *value / (percent ? kHundred : 1.0) : -1.0;
  if (share >= 0.0 && share <= 1.0) return share;
  return Error{fmt::format("--max-loss {}: write a share such as 2% or 0.02", quoted(text))};
}

Status check(const TradeoffCommand& command) {
  const bool runs = command.from_store || !command.runs.empty();
  if (command.data.empty() && !runs) {
    return Error{"which trainings? name a table with --data runs.csv, or runs, or --store"};
  }
  constexpr std::size_t kMostFactors = 2;
  if (command.request.groups.size() > kMostFactors) {
    return Error{fmt::format("--group takes one or two columns, not {}: {}",
                             command.request.groups.size(),
                             fmt::join(command.request.groups, ", "))};
  }
  if (!(command.alpha > 0.0 && command.alpha < 1.0)) {
    return Error{fmt::format("--alpha {}: it must be between 0 and 1", command.alpha)};
  }
  return {};
}

Result<TradeoffTable> read_rows(const TradeoffCommand& command) {
  TradeoffReader reader(command.request);
  for (const std::string& file : command.data) {
    const OpenTable open = [&file] { return open_file(file); };
    if (Status status = reader.add(open, command.columns); !status) return status.error();
  }
  std::vector<std::string> notes;
  if (command.from_store || !command.runs.empty()) {
    const auto runs = read_tradeoff_runs(command.store, command.runs);
    if (!runs) return runs.error();
    notes = runs->notes;
    const OpenTable open = [&runs]() -> Result<std::unique_ptr<ByteSource>> {
      return open_memory(runs->csv, "runs");
    };
    if (Status status = reader.add(open, "joulecast"); !status) return status.error();
  }
  auto table = reader.finish();
  if (!table) return table.error();
  table->notes.insert(table->notes.end(), notes.begin(), notes.end());
  return table;
}

Result<report::TradeoffReport> make_report(const TradeoffCommand& command, double most_loss) {
  auto table = read_rows(command);
  if (!table) return table.error();
  analysis::TradeoffOptions options;
  options.tests.alpha = command.alpha;
  options.most_loss = most_loss;
  auto result = analysis::analyse_tradeoff(table->rows, options);
  if (!result) return result.error();
  report::TradeoffReport report{.what = std::move(table->what),
                                .unit = std::move(table->unit),
                                .correctness = std::move(table->correctness),
                                .factors = {},
                                .levels = {},
                                .rows = table->rows.response.size(),
                                .alpha = command.alpha,
                                .most_loss = most_loss,
                                .result = std::move(result).value(),
                                .notes = std::move(table->notes)};
  for (analysis::Factor& factor : table->rows.factors) {
    report.factors.push_back(std::move(factor.name));
    report.levels.push_back(std::move(factor.levels));
  }
  if (table->rows.correctness.empty()) report.correctness.clear();
  report.notes.insert(report.notes.end(), report.result.notes.begin(), report.result.notes.end());
  return report;
}

Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.fail()) return Error{fmt::format("{}: cannot write", path.string())};
  return {};
}

Status write_pictures(const TradeoffCommand& command, const report::TradeoffReport& report) {
  if (!command.svg.empty()) {
    std::error_code error;
    std::filesystem::create_directories(command.svg, error);
    if (error) {
      return Error{fmt::format("{}: cannot make this folder: {}", command.svg, error.message())};
    }
    for (const report::TradeoffChart& chart : report::tradeoff_charts(report)) {
      const auto file = std::filesystem::path(command.svg) / (chart.name + ".svg");
      if (Status status = write_file(file, chart.svg); !status) return status;
    }
  }
  if (command.html.empty()) return {};
  return write_file(command.html, report::tradeoff_page(report));
}

int tradeoff(const TradeoffCommand& command) {
  if (const Status status = check(command); !status) return fail(status.error(), kBadUsage);
  const auto most_loss = share_of(command.max_loss);
  if (!most_loss) return fail(most_loss.error(), kBadUsage);
  const auto report = make_report(command, *most_loss);
  if (!report) return fail(report.error());
  if (const Status status = write_pictures(command, *report); !status) return fail(status.error());
  if (command.json) return print(report::json_text(report::tradeoff_json(*report)));
  return print(report::tradeoff_text(*report, report::stdout_terminal()));
}

constexpr const char* kFooter = R"(Responses:
  energy            of a whole training
  epoch-energy      of an epoch, the mean over the training
  energy-per-image  of an epoch, for each training and validation sample
  time              of an epoch
  power             the mean
  or any column that holds numbers

Examples:
  joulecast tradeoff --data runs.csv --group architecture,gpu
  joulecast tradeoff --data runs.csv --where dataset=cifar10 --correctness f1 --max-loss 2%
  joulecast tradeoff --data runs.csv --group batch_size --response power --html power.html
  joulecast tradeoff --store --group network)";

void add_inputs(CLI::App& command, const std::shared_ptr<TradeoffCommand>& options) {
  command
      .add_option("RUN", options->runs,
                  "Stored runs: ids, beginnings of ids, 'last', or paths of their folders")
      ->type_name("");
  command
      .add_option("--data", options->data, "A table of trainings (CSV, also gzip); may be repeated")
      ->type_name("FILE");
  command
      .add_option("--columns", options->columns,
                  "What its columns are: a mapping (docs/estimator-data.md) or the name of a "
                  "built-in one; left out, recognised by the header")
      ->type_name("MAPPING.toml|NAME");
  command
      .add_option("--where", options->request.where,
                  "Only these rows; repeated, values of one column are alternatives and "
                  "several columns must all hold")
      ->type_name("COLUMN=VALUE");
}

}  // namespace

void add_tradeoff(CLI::App& program, Action& action) {
  auto options = std::make_shared<TradeoffCommand>();
  CLI::App* command = program.add_subcommand(
      "tradeoff", "Say which choices save energy, how surely, and what they cost in correctness");
  add_inputs(*command, options);
  CLI::Option* store =
      command
          ->add_option("--store", options->store.folder,
                       "The stored runs, which say what they trained in their tags or title, as in "
                       "network=resnet50; without DIR, JOULECAST_STORE or else your own")
          ->type_name("[DIR]")
          ->expected(0, 1);
  command
      ->add_option("--group", options->request.groups,
                   "One or two columns to compare by: architecture, gpu, batch_size, image_size, "
                   "dataset or any other")
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("COLUMN[,COLUMN]");
  command->add_option("--response", options->request.response, "What is to be less; see below")
      ->capture_default_str()
      ->type_name("NAME");
  command
      ->add_option("--correctness", options->request.correctness,
                   "A column of which more is better; left out: f1 or accuracy, if there is one")
      ->type_name("COLUMN");
  command->add_option("--max-loss", options->max_loss, "Share of correctness that may be lost")
      ->capture_default_str()
      ->type_name("PERCENT");
  command->add_option("--alpha", options->alpha, "Level of significance")
      ->capture_default_str()
      ->type_name("P");
  command->add_option("--svg", options->svg, "Write the charts into this folder")->type_name("DIR");
  command->add_option("--html", options->html, "Write a page with charts and tables")
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/tradeoff-1.json)");
  command->footer(kFooter);
  command->callback([options, store, &action] {
    options->from_store = store->count() > 0;
    // Not as the option's own variable: that would read the store without being asked to.
    const char* named = std::getenv("JOULECAST_STORE");  // NOLINT(concurrency-mt-unsafe)
    if (options->store.folder.empty() && named != nullptr) options->store.folder = named;
    action = [options] { return tradeoff(*options); };
  });
}

}  // namespace joulecast::cli
