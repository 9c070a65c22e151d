#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/command.h"
#include "cli/marked_recording.h"
#include "joulecast/analysis/replay.h"
#include "joulecast/step/fluss.h"
#include "joulecast/step/matrix_profile.h"
#include "report/stability.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

struct StabilityOptions {
  RunOptions run;
  MarkOptions marks;
  std::string method = "joulecast";
  std::string device;
  std::size_t window = 10;
  step::FlussOptions fluss = {.length = 10, .exclusion_factor = 3};
  bool json = false;
};

// The device asked for, or the one that draws the most.
Result<std::size_t> choose_device(const Run& run, const StabilityOptions& options) {
  if (run.traces.empty()) {
    return Error{
        fmt::format("{}: the recording has no power samples; stability is seen in the power trace",
                    options.run.path)};
  }
  std::vector<std::string> ids;
  std::size_t hungriest = 0;
  double most_w = -1.0;
  for (std::size_t i = 0; i < run.traces.size(); ++i) {
    const Trace& trace = run.traces[i];
    ids.push_back(trace.device.id);
    if (trace.device.id == options.device) return i;
    const double mean_w = std::accumulate(trace.power_w.begin(), trace.power_w.end(), 0.0) /
                          static_cast<double>(std::max<std::size_t>(1, trace.power_w.size()));
    if (mean_w > most_w) {
      most_w = mean_w;
      hungriest = i;
    }
  }
  if (options.device.empty()) return hungriest;
  return Error{fmt::format("{}: there is no device '{}'; its devices are: {}", options.run.path,
                           options.device, fmt::join(ids, ", "))};
}

// The epoch under way at a time; none before the first mark, after the last, or without marks.
std::optional<std::int64_t> epoch_at(const Run& run, double time_s) {
  for (const Epoch& epoch : run.epochs) {
    if (epoch.start_s <= time_s && time_s < epoch.end_s) return epoch.number;
  }
  return std::nullopt;
}

Result<report::StabilityReport> by_fluss(const StabilityOptions& options) {
  auto loaded = readers::load_run(options.run.path, options.run.read_options());
  if (!loaded) return loaded.error();
  const auto device = choose_device(loaded->run, options);
  if (!device) return device.error();
  const Trace& trace = loaded->run.traces[*device];
  const auto profile = step::matrix_profile(trace.power_w, options.window);
  if (!profile) return Error{fmt::format("{}: {}", options.run.path, profile.error().message)};
  const auto fluss = step::fluss(profile->index, options.fluss);
  if (!fluss) return Error{fmt::format("{}: {}", options.run.path, fluss.error().message)};
  report::StabilityReport report;
  report.read = std::move(loaded->report);
  report.device = trace.device.id;
  for (const Trace& each : loaded->run.traces) report.devices.push_back(each.device);
  for (const step::RegimeChange& change : fluss->changes) {
    const double time_s = trace.time_s[change.index];
    report.regimes.push_back({.time_s = time_s,
                              .epoch = epoch_at(loaded->run, time_s),
                              .index = change.index,
                              .cac = change.cac});
  }
  for (const auto& regime : report.regimes) {
    if (!report.stable_from || regime.time_s > report.stable_from->time_s)
      report.stable_from = regime;
  }
  return report;
}

Result<report::StabilityReport> by_joulecast(const StabilityOptions& options) {
  auto recording = read_marked(options.run, options.marks);
  if (!recording) return recording.error();
  // "How sure" is asked of as many epochs again, whatever the plan was.
  analysis::ReplayRequest request;
  request.unit = WorkUnit::kEpochs;
  request.total = 2.0 * static_cast<double>(recording->run.epochs.size());
  const auto replay =
      analysis::replay(options.run.path, recording->run, recording->report.plan, request);
  if (!replay) return replay.error();
  report::StabilityReport report;
  report.read = std::move(recording->report);
  for (const auto& device : recording->run.devices) report.devices.push_back(device.device);
  for (const std::int64_t number : replay->phase_changes) {
    for (const Epoch& epoch : recording->run.epochs) {
      if (epoch.number != number) continue;
      report.regimes.push_back({.time_s = epoch.start_s, .epoch = number, .index = {}, .cac = {}});
    }
  }
  report.stable = replay->stability->stable;
  report.phase = replay->stability->phase;
  report.confidence = replay->stability->confidence;
  if (replay->stability->stable) {
    report.stable_from = report::StabilityReport::Regime{.time_s = replay->stability->since_s,
                                                         .epoch = replay->stability->since_epoch,
                                                         .index = {},
                                                         .cac = {}};
  }
  return report;
}

int stability(const StabilityOptions& options) {
  if (options.method != "fluss" && options.method != "joulecast") {
    return fail({fmt::format("there is no method '{}'; choose joulecast or fluss", options.method)},
                kBadUsage);
  }
  const bool fluss = options.method == "fluss";
  if (fluss && options.marks.any()) {
    return fail(
        {"fluss looks at the power trace alone; leave out the epochs, or use --method joulecast"},
        kBadUsage);
  }
  if (!fluss && !options.device.empty()) {
    return fail(
        {"--device belongs to --method fluss; joulecast's method takes the energy of all devices"},
        kBadUsage);
  }
  auto report = fluss ? by_fluss(options) : by_joulecast(options);
  if (!report) return fail(report.error());
  report->name = options.run.path;
  report->method = options.method;
  if (options.json) return print(report::json_text(report::stability_json(*report)));
  return print(report::stability_text(*report, report::stdout_terminal()));
}

}  // namespace

void add_stability(CLI::App& program, Action& action) {
  auto options = std::make_shared<StabilityOptions>();
  CLI::App* command = program.add_subcommand("stability", "Since when is the training stable?");
  options->run.add_to(*command);
  command
      ->add_option(
          "--method", options->method,
          "joulecast: from the energy of epochs; fluss: the matrix profile's regimes of the "
          "power trace (Gharghabi et al. 2017), as del Rey et al. do")
      ->capture_default_str()
      ->type_name("NAME");
  options->marks.add_to(*command);
  command
      ->add_option("--device", options->device,
                   "fluss: whose power to look at; left out, the hungriest device")
      ->type_name("ID");
  const auto add_count = [command](const char* name, std::size_t& target, const char* text,
                                   const char* type) {
    command->add_option(name, target, text)
        ->capture_default_str()
        ->type_name(type)
        ->check(whole_number(1));
  };
  add_count("--window", options->window, "fluss: samples in a window of the matrix profile", "M");
  add_count("--subsequence", options->fluss.length,
            "fluss: L, the length of a regime's pattern in samples", "L");
  add_count("--exclusion", options->fluss.exclusion_factor,
            "fluss: no change is found within L times this of an end or of another change",
            "FACTOR");
  add_count("--regimes", options->fluss.regimes,
            "fluss: regimes to look for; one less than that are reported", "N");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/stability-1.json)");
  command->footer(
      R"(The defaults of fluss are those of del Rey et al. (m = L = 10, excl_factor = 3, 2 regimes).

Examples:
  joulecast stability data/recorded/transfer-digits
  joulecast stability gpu-power.csv --method fluss --window 10 --regimes 2 --json)");
  command->callback([options, &action] { action = [options] { return stability(*options); }; });
}

}  // namespace joulecast::cli
