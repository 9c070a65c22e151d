#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/compare_facts.h"
#include "cli/compare_rows.h"
#include "cli/compare_runs.h"
#include "cli/progress_line.h"
#include "joulecast/analysis/table_comparison.h"
#include "report/compare.h"

namespace joulecast::cli {
namespace {

/// 'compare' alone: energy has surely risen by more than was allowed.
constexpr int kRisen = 3;

struct CompareCommand {
  CompareRunsRequest runs;
  bool from_store = false;
  std::vector<std::string> data;  ///< Tables of which every row is a training.
  std::string groups = "configuration";
  analysis::ScoreOptions score;
  std::size_t rows = 3;
  std::string explain, csv, svg, baseline, fail_above = "5%";
  bool list = false, json = false, markdown = false, no_charts = false;
};

// "5%" or 0.05
Result<double> share_of(const std::string& text) {
  std::string_view number = trim(text);
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const auto value = parse_number(number);
  constexpr double kHundred = 100.0;
  const double share = value ? *value / (percent ? kHundred : 1.0) : -1.0;
  if (share >= 0.0 && share < kHundred) return share;
  return Error{fmt::format("--fail-above {}: write a share such as 5% or 0.05", quoted(text))};
}

Status check(const CompareCommand& command) {
  const bool runs = command.from_store || !command.runs.runs.empty();
  if (command.data.empty() && !runs) {
    return Error{
        "which trainings? name recordings or stored runs, --store, or a table with "
        "--data runs.csv"};
  }
  if (!command.data.empty() && runs) {
    return Error{"a table and runs are compared apart: leave out --data or the runs"};
  }
  if (!command.data.empty() && !command.runs.facts_file.empty()) {
    return Error{"--facts is about runs; a table says in its columns what is known"};
  }
  if (command.runs.fit_on.empty() && !command.runs.fit_without.empty()) {
    return Error{"--fit-without leaves rows out of --fit-on TABLE.csv: name the table too"};
  }
  return analysis::check_grouping(command.groups);
}

Result<std::string> whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return Error{fmt::format("{}: cannot read", path)};
  return text;
}

Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.fail()) return Error{fmt::format("{}: cannot write", path.string())};
  return {};
}

Result<pre::Table> read_tables(const CompareCommand& command) {
  std::optional<pre::Table> all;
  for (const std::string& file : command.data) {
    auto table = pre::read_table(file, command.runs.columns);
    if (!table) return table.error();
    if (all) {
      pre::append(*all, std::move(table).value());
    } else {
      all = std::move(table).value();
    }
  }
  return std::move(*all);
}

Result<ComparedRuns> compare_tables(const CompareCommand& command) {
  const auto rows = rows_of(command.data);
  if (!rows) return rows.error();
  if (*rows > kMostFittedRows) {
    return compare_rows(command.data, command.runs.columns, command.groups);
  }
  const auto table = read_tables(command);
  if (!table) return table.error();
  ComparedRuns compared{.comparison = {}, .notes = table->notes};
  ProgressLine line("fitting");
  analysis::TableOptions options;
  options.groups = command.groups;
  if (::isatty(STDERR_FILENO) == 1) {
    options.progress = [&line](double share) { line.update(share); };
  }
  auto comparison = analysis::compare_table(*table, options, compared.notes);
  if (!comparison) return comparison.error();
  compared.comparison = std::move(comparison).value();
  return compared;
}

Status add_regression(const CompareCommand& command, report::CompareReport& report) {
  if (command.baseline.empty()) return {};
  const auto allowed = share_of(command.fail_above);
  if (!allowed) return allowed.error();
  const auto text = whole_file(command.baseline);
  if (!text) return text.error();
  const auto before = report::measured_groups(*text, command.baseline);
  if (!before) return before.error();
  const auto change = analysis::energy_change(*before, report::measured_groups(report.comparison));
  if (!change) return change.error();
  report.regression = report::RegressionReport{
      .baseline = command.baseline, .change = *change, .allowed = *allowed};
  return {};
}

Result<report::CompareReport> make_report(const CompareCommand& command) {
  auto compared = command.data.empty() ? compare_runs(command.runs) : compare_tables(command);
  if (!compared) return compared.error();
  report::CompareReport report{.comparison = std::move(compared->comparison),
                               .scores = {},
                               .options = command.score,
                               .of_epochs = !command.data.empty(),
                               .groups = command.data.empty() ? "" : command.groups,
                               .regression = {},
                               .notes = std::move(compared->notes)};
  report.scores = analysis::score(report.comparison, command.score);
  if (Status status = add_regression(command, report); !status) return status.error();
  return report;
}

Status write_files(const CompareCommand& command, const report::CompareReport& report) {
  if (!command.csv.empty()) {
    std::ofstream file(command.csv, std::ios::binary);
    report::write_compare_csv(report, file);
    file.close();
    if (file.fail()) return Error{fmt::format("{}: cannot write", command.csv)};
  }
  if (command.svg.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(command.svg, error);
  if (error) {
    return Error{fmt::format("{}: cannot make this folder: {}", command.svg, error.message())};
  }
  for (const report::CompareChart& chart : report::compare_charts(report)) {
    const auto file = std::filesystem::path(command.svg) / (chart.name + ".svg");
    if (Status status = write_file(file, chart.svg); !status) return status;
  }
  return {};
}

int print_report(const CompareCommand& command, const report::CompareReport& report) {
  if (command.json) return print(report::json_text(report::compare_json(report)));
  if (command.markdown) return print(report::compare_markdown(report));
  // A test in continuous integration asks for one line.
  if (report.regression) return print(report::regression_line(*report.regression) + "\n");
  return print(
      report::compare_text(report, command.rows, !command.no_charts, report::stdout_terminal()));
}

int compare(const CompareCommand& command) {
  if (command.list) return print(report::method_list(report::stdout_terminal()));
  if (!command.explain.empty()) {
    const auto method = baselines::find_method(command.explain);
    if (!method) return fail(method.error(), kBadUsage);
    return print(report::explanation(**method, report::stdout_terminal()));
  }
  if (const Status status = check(command); !status) return fail(status.error(), kBadUsage);
  if (const auto share = share_of(command.fail_above); !share)
    return fail(share.error(), kBadUsage);
  const auto report = make_report(command);
  if (!report) return fail(report.error());
  if (const Status status = write_files(command, *report); !status) return fail(status.error());
  const int printed = print_report(command, *report);
  if (printed != kOk) return printed;
  return report->regression && report->regression->failed() ? kRisen : kOk;
}

std::string footer() {
  std::string text =
      "Facts, as columns of --facts beside 'run', as --fact, or as a stored run's tags and title; "
      "the settings\nof 'joulecast estimate' (network, gpu, gpus, power_limit, host_memory, "
      "batch_size, ...) and\n";
  for (const FactName& fact : fact_names())
    text += fmt::format("  {:<12} {}\n", fact.name, fact.about);
  return text + R"(
Every method gets what its user would know when it answers; where it needs more (the true
duration, say), the answer tells so. No estimator is judged on rows that it was fitted on; of an
--estimator FILE only its makers know, and the answer says what it was fitted on.
Exit code 3: --baseline, and energy has surely risen by more than --fail-above.

Examples:
  joulecast compare data/recorded/mlp-digits data/recorded/cnn-digits
  joulecast compare --store --fact gpu="RTX 3090"
  joulecast compare power/*.csv --facts facts.csv --fit-on runs.csv --fit-without dataset=chesslive
  joulecast compare --data runs.csv --groups architecture --svg charts
  joulecast compare nightly/* --baseline last-week.json --fail-above 5%
  joulecast compare --explain carbontracker-1)";
}

void add_inputs(CLI::App& command, CompareCommand& options) {
  command
      .add_option(
          "RUN", options.runs.runs,
          "Recordings of whole trainings ('joulecast import --help'), or stored runs by id, "
          "'last' or path")
      ->type_name("");
  command
      .add_option("--data", options.data,
                  "A table of trainings (CSV, also gzip): every row is one; may be repeated")
      ->type_name("FILE");
  command
      .add_option("--columns", options.runs.columns,
                  "What the columns of --data and --fit-on are: a mapping (docs/estimator-data.md) "
                  "or the name of a built-in one; left out, recognised by the header")
      ->type_name("MAPPING.toml|NAME");
  command
      .add_option("--groups", options.groups,
                  "With --data: what is left out of a fit as a whole: configuration, architecture, "
                  "gpu, or none (five folds of rows)")
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--format", options.runs.format, "Read the runs as this format")
      ->type_name("NAME");
  command.add_flag("--detect-epochs", options.runs.detect_epochs,
                   "Find the epochs in the power of recordings that have none");
  command
      .add_option("--facts", options.runs.facts_file,
                  "A CSV of what was known of each run; see below")
      ->type_name("FILE");
  command.add_option("--fact", options.runs.facts, "What was known of every run; may be repeated")
      ->type_name("NAME=VALUE");
}

void add_fits(CLI::App& command, CompareCommand& options) {
  command
      .add_option("--fit-on", options.runs.fit_on,
                  "Fit PRE and joulecast's estimator on this table and ask them about the runs; "
                  "rows of the runs' own set-ups are left out; may be repeated")
      ->type_name("FILE");
  command
      .add_option("--fit-without", options.runs.fit_without,
                  "Leave these rows out too: trainings that the runs are recordings of")
      ->type_name("COLUMN=VALUE");
  command
      .add_option("--estimator", options.runs.estimator,
                  "Ask this file of 'joulecast fit' about the runs")
      ->type_name("FILE");
  command
      .add_option("--at", options.runs.moments,
                  "After how many epochs joulecast's projection is scored")
      ->delimiter(',')
      ->capture_default_str()
      ->type_name("K,K")
      ->check(whole_number(1));
}

void add_outputs(CLI::App& command, CompareCommand& options) {
  command.add_option("--rows", options.rows, "How many trainings to show one by one")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(0));
  command.add_option("--seed", options.score.seed, "Of the bootstrap")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(0));
  command.add_option("--draws", options.score.draws, "Of the bootstrap")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(1));
  command.add_option("--explain", options.explain, "What stands behind a method, and stop")
      ->type_name("METHOD");
  command.add_flag("--list", options.list, "List the methods, and stop");
  command
      .add_option(
          "--baseline", options.baseline,
          "Has energy risen since this file of an earlier --json? One line, and exit code 3")
      ->type_name("OLD.json");
  command
      .add_option("--fail-above", options.fail_above,
                  "With --baseline: by how much it may; what counts is the interval's lower end")
      ->capture_default_str()
      ->type_name("PERCENT");
  command.add_option("--csv", options.csv, "Write a row for every training and method")
      ->type_name("FILE");
  command.add_option("--svg", options.svg, "Write the charts into this folder")->type_name("DIR");
  command.add_flag("--json", options.json, "Print JSON (docs/schema/compare-1.json)");
  command.add_flag("--markdown", options.markdown, "Print the table over all for a page");
  command.add_flag("--no-charts", options.no_charts, "Print the tables only");
}

}  // namespace

void add_compare(CLI::App& program, Action& action) {
  auto options = std::make_shared<CompareCommand>();
  CLI::App* command = program.add_subcommand(
      "compare", "Say what every method would have said of a training, when, and how wrong");
  add_inputs(*command, *options);
  CLI::Option* store =
      command
          ->add_option("--store", options->runs.store.folder,
                       "The stored runs; without DIR, JOULECAST_STORE or else your own")
          ->type_name("[DIR]")
          ->expected(0, 1);
  add_fits(*command, *options);
  add_outputs(*command, *options);
  command->footer(footer());
  command->callback([options, store, &action] {
    options->from_store = store->count() > 0;
    // Not as the option's own variable: that would read the store without being asked to.
    const char* named = std::getenv("JOULECAST_STORE");  // NOLINT(concurrency-mt-unsafe)
    if (options->runs.store.folder.empty() && named != nullptr) {
      options->runs.store.folder = named;
    }
    action = [options] { return compare(*options); };
  });
}

}  // namespace joulecast::cli
