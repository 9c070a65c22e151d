#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>

#include "base/text.h"
#include "cli/command.h"
#include "cli/fit_store.h"
#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/validate.h"
#include "report/fit.h"
#include "store/civil_text.h"

namespace joulecast::cli {
namespace {

struct FitOptions {
  std::vector<std::string> data;
  std::string columns;
  StoreOptions store;
  bool from_store = false;
  std::string estimator = "joulecast";
  pre::EstimatorOptions fit;
  std::string output;
  bool mixed_meters = false, no_errors = false, without_rows = false, json = false;
};

struct FitData {
  pre::Table table;
  pre::FitProvenance provenance;
};

std::vector<std::string> meters_of(std::span<const pre::Observation> observations) {
  std::set<std::string> meters;
  for (const pre::Observation& observation : observations) {
    // A table of times alone was measured by no meter of energy.
    const bool metered =
        observation.power || observation.epoch_energy || observation.stable_epoch_energy;
    if (metered) meters.insert(observation.meter);
  }
  return {meters.begin(), meters.end()};
}

void add_table(pre::Table more, pre::FitSource source, std::optional<FitData>& all) {
  source.rows = static_cast<std::int64_t>(more.observations.size());
  source.meters = meters_of(more.observations);
  if (!all) {
    all.emplace();
    all->table = std::move(more);
  } else {
    pre::append(all->table, std::move(more));
  }
  all->provenance.sources.push_back(std::move(source));
}

Result<FitData> read_data(const FitOptions& options) {
  std::optional<FitData> all;
  const pre::RowNeeds needs = pre::needs_of(options.estimator);
  for (const std::string& file : options.data) {
    auto table = pre::read_table(file, options.columns, needs);
    if (!table) return table.error();
    auto hash = pre::sha256_of_file(file);
    if (!hash) return hash.error();
    add_table(std::move(table).value(),
              {.name = std::filesystem::path(file).filename().string(),
               .sha256 = std::move(hash).value(),
               .rows = 0,
               .meters = {}},
              all);
  }
  if (options.from_store) {
    auto table = read_store_table(options.store);
    if (!table) return table.error();
    pre::leave_out_unusable(*table, needs, "store", true);
    add_table(std::move(table).value(), {.name = "store", .sha256 = {}, .rows = 0, .meters = {}},
              all);
  }
  for (const std::string& warning : all->table.warnings) {
    fmt::print(stderr, "joulecast: {}\n", printable(warning));
  }
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  all->provenance.created = store::iso_time(now.count());
  all->provenance.joulecast_version = JOULECAST_VERSION;
  all->provenance.notes = all->table.notes;
  return std::move(*all);
}

std::int64_t count_configurations(const pre::Table& table) {
  std::set<std::string> configurations;
  for (const auto& row : table.observations) {
    configurations.insert(pre::configuration_of(row.set_up));
  }
  return static_cast<std::int64_t>(configurations.size());
}

// Kept in the file too, so that whoever estimates with it is told.
void note_few(FitData& data) {
  constexpr std::size_t kFewRows = 10;
  constexpr std::int64_t kFewConfigurations = 2;
  const std::size_t rows = data.table.observations.size();
  const std::int64_t configurations = count_configurations(data.table);
  if (rows >= kFewRows && configurations >= kFewConfigurations) return;
  data.provenance.notes.push_back(
      fmt::format("fitted on {} row{} of {} configuration{}, too few to judge: fewer than {} rows "
                  "or {} configurations; do not rely on what it says",
                  rows, rows == 1 ? "" : "s", configurations, configurations == 1 ? "" : "s",
                  kFewRows, kFewConfigurations));
}

Status check_data(const FitOptions& options, FitData& data) {
  if (data.table.observations.empty()) {
    return Error{fmt::format("nothing to fit on{}{}", data.table.notes.empty() ? "" : ": ",
                             fmt::join(data.table.notes, "; "))};
  }
  note_few(data);
  const auto meters = meters_of(data.table.observations);
  if (meters.size() < 2) return {};
  const std::string names = fmt::format("{}", fmt::join(meters, ", "));
  if (!options.mixed_meters) {
    return Error{
        fmt::format("the rows were measured by {} meters ({}), which do not see the same "
                    "energy: fit them apart, or say --mixed-meters",
                    meters.size(), names)};
  }
  data.provenance.notes.push_back(fmt::format("rows of several meters were mixed: {}", names));
  return {};
}

// Absent with a note where there is too little to judge by.
std::optional<pre::Scores> judge(const FitOptions& options, FitData& data, pre::Target target,
                                 const char* groups) {
  if (options.no_errors) return std::nullopt;
  pre::EstimatorOptions fit = options.fit;
  fit.threads = 1;  // each fold has a thread
  const auto estimator = pre::make_estimator(options.estimator, fit);
  if (!estimator) return std::nullopt;
  pre::ValidateOptions judged;
  judged.target = target;
  judged.groups = {groups};
  judged.mixed_meters = options.mixed_meters;
  auto scores = pre::validate(data.table, **estimator, judged);
  if (scores) return std::move(scores).value();
  data.provenance.notes.push_back(fmt::format("{}, folds by {}: not judged: {}", to_string(target),
                                              groups, scores.error().message));
  return std::nullopt;
}

std::int64_t count_rows(const pre::Table& table, pre::Target target) {
  return std::count_if(
      table.observations.begin(), table.observations.end(),
      [&](const pre::Observation& row) { return pre::value_of(row, target).has_value(); });
}

report::FitReport describe(const FitOptions& options, FitData& data,
                           const pre::EstimatorFile& estimator) {
  report::FitReport report;
  report.file = options.output;
  report.estimator = options.estimator;
  report.rows = static_cast<std::int64_t>(data.table.observations.size());
  report.configurations = count_configurations(data.table);
  for (const pre::Target target : estimator.targets()) {
    report.targets.push_back({.target = target,
                              .rows = count_rows(data.table, target),
                              .random = judge(options, data, target, "none"),
                              .grouped = judge(options, data, target, "configuration")});
  }
  report.provenance = data.provenance;
  return report;
}

int fit(const FitOptions& options) {
  if (options.data.empty() && !options.from_store) {
    return fail({"which trainings? name a table with --data runs.csv, or --store"}, kBadUsage);
  }
  const auto estimator = pre::make_estimator(options.estimator, options.fit);
  if (!estimator) return fail(estimator.error(), kBadUsage);
  auto data = read_data(options);
  if (!data) return fail(data.error());
  if (const Status status = check_data(options, *data); !status) return fail(status.error());
  auto file = pre::fit_estimator_file(**estimator, data->table.observations, data->provenance);
  if (file && options.without_rows) file = pre::without_rows(*file);
  if (!file) return fail(file.error());
  if (const Status saved = pre::save_estimator(*file, options.output); !saved) {
    return fail(saved.error());
  }
  const report::FitReport report = describe(options, *data, *file);
  if (options.json) return print(report::json_text(report::fit_json(report)));
  return print(report::fit_text(report, report::stdout_terminal()));
}

std::string estimators_text() {
  std::string text = "Estimators:\n";
  for (const pre::EstimatorName& each : pre::estimator_names()) {
    text += fmt::format("  {:<12} {}\n", each.name, each.about);
  }
  return text;
}

}  // namespace

void add_fit(CLI::App& program, Action& action) {
  auto options = std::make_shared<FitOptions>();
  CLI::App* command =
      program.add_subcommand("fit", "Fit an estimator to trainings that were measured");
  command
      ->add_option("--data", options->data,
                   "A table of measured trainings (CSV, also gzip); may be repeated")
      ->type_name("FILE");
  command
      ->add_option("--columns", options->columns,
                   "What its columns are: a mapping (docs/estimator-data.md) or the name of a "
                   "built-in one; left out, recognised by the header")
      ->type_name("MAPPING.toml|NAME");
  CLI::Option* store =
      command
          ->add_option("--store", options->store.folder,
                       "The stored runs whose tags or title say what was trained, as in "
                       "network=resnet50 batch_size=64; without DIR, JOULECAST_STORE or else your "
                       "own")
          ->type_name("[DIR]")
          ->expected(0, 1);
  command->add_option("--estimator", options->estimator, "Which one, of those below")
      ->capture_default_str()
      ->type_name("NAME");
  command->add_flag("--search", options->fit.search,
                    "Search the hyper-parameters at random instead of taking the published ones");
  command->add_option("--draws", options->fit.draws, "Draws of that search")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(1));
  command->add_option("--seed", options->fit.seed, "Of that search")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(0));
  command->add_flag("--mixed-meters", options->mixed_meters,
                    "Take rows of several meters together");
  command->add_flag("--no-errors", options->no_errors,
                    "Leave out the cross-validated errors, which take a fit for each fold");
  command->add_flag("--without-rows", options->without_rows,
                    "Keep parameters only: no row, host or history of the trainings, so that the "
                    "file may be passed on (joulecast's own estimator)");
  command->add_option("-o,--output", options->output, "The estimator file to write")
      ->required()
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/fit-1.json)");
  command->footer(estimators_text() + R"(
Examples:
  joulecast fit --data runs.csv -o mine.json
  joulecast fit --store --estimator krr --search --seed 7 -o mine.json
  joulecast estimate resnet50 --gpu 'RTX 3090' --train-size 50000 --estimator mine.json)");
  command->callback([options, store, &action] {
    options->from_store = store->count() > 0;
    // Not as the option's own variable: that would fit on the store without being asked to.
    const char* named = std::getenv("JOULECAST_STORE");  // NOLINT(concurrency-mt-unsafe)
    if (options->store.folder.empty() && named != nullptr) options->store.folder = named;
    action = [options] { return fit(*options); };
  });
}

}  // namespace joulecast::cli
