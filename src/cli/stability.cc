#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/command.h"
#include "joulecast/step/fluss.h"
#include "joulecast/step/matrix_profile.h"
#include "report/stability.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

struct StabilityOptions {
  RunOptions run;
  std::string method = "fluss";
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

int stability(const StabilityOptions& options) {
  if (options.method != "fluss") {
    return fail({fmt::format("there is no method '{}'; choose fluss", options.method)}, kBadUsage);
  }
  auto loaded = readers::load_run(options.run.path, options.run.read_options());
  if (!loaded) return fail(loaded.error());
  const auto device = choose_device(loaded->run, options);
  if (!device) return fail(device.error());
  report::StabilityReport report{.name = options.run.path,
                                 .read = std::move(loaded->report),
                                 .run = std::move(loaded->run),
                                 .device = *device,
                                 .method = options.method,
                                 .regimes = {}};
  const Trace& trace = report.run.traces[*device];
  const auto profile = step::matrix_profile(trace.power_w, options.window);
  if (!profile) return fail({fmt::format("{}: {}", options.run.path, profile.error().message)});
  const auto fluss = step::fluss(profile->index, options.fluss);
  if (!fluss) return fail({fmt::format("{}: {}", options.run.path, fluss.error().message)});
  for (const step::RegimeChange& change : fluss->changes) {
    report.regimes.push_back(
        {.index = change.index, .time_s = trace.time_s[change.index], .cac = change.cac});
  }
  if (options.json) return print(report::stability_json(report).dump(2) + "\n");
  return print(report::stability_text(report, report::stdout_terminal()));
}

}  // namespace

void add_stability(CLI::App& program, Action& action) {
  auto options = std::make_shared<StabilityOptions>();
  CLI::App* command = program.add_subcommand("stability", "Since when is the training stable?");
  options->run.add_to(*command);
  command
      ->add_option("--method", options->method,
                   "fluss: the matrix profile's regimes (Gharghabi et al. 2017)")
      ->capture_default_str()
      ->type_name("NAME");
  command
      ->add_option("--device", options->device,
                   "Whose power to look at; left out, the hungriest device")
      ->type_name("ID");
  command->add_option("--window", options->window, "Samples in a window of the matrix profile")
      ->capture_default_str()
      ->type_name("M")
      ->check(whole_number(1));
  command
      ->add_option("--subsequence", options->fluss.length,
                   "FLUSS's L: length of a regime's pattern, in samples")
      ->capture_default_str()
      ->type_name("L")
      ->check(whole_number(1));
  command
      ->add_option("--exclusion", options->fluss.exclusion_factor,
                   "No boundary is found within L times this of an end or of another boundary")
      ->capture_default_str()
      ->type_name("FACTOR")
      ->check(whole_number(1));
  command
      ->add_option("--regimes", options->fluss.regimes,
                   "Regimes to look for; one less than that are reported")
      ->capture_default_str()
      ->type_name("N")
      ->check(whole_number(1));
  command->add_flag("--json", options->json, "Print JSON (docs/schema/stability-1.json)");
  command->footer(
      R"(The defaults are those of del Rey et al. (m = L = 10, excl_factor = 3, 2 regimes).

Example:
  joulecast stability gpu-power.csv --window 10 --regimes 2 --json)");
  command->callback([options, &action] { action = [options] { return stability(*options); }; });
}

}  // namespace joulecast::cli
