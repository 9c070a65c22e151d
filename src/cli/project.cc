#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "joulecast/step/projector.h"
#include "report/projection.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

struct ProjectOptions {
  RunOptions run;
  std::string marks;
  std::string method = "step-epoch";
  step::PublishedOptions published;
  double epochs = 0.0;      // 0: not given
  double duration_s = 0.0;  // 0: not given
  bool json = false;
  bool charts = true;
};

// Lets epoch marks through, and samples not: for marks that stand in a file of their own.
class EpochsOnly : public RunSink {
 public:
  explicit EpochsOnly(RunSink& sink) : sink_(sink) {}
  void device(const Device&) override {}
  void epoch(const Epoch& epoch) override {
    Epoch mark = epoch;
    mark.energy.reset();
    sink_.epoch(mark);
  }
  void sample(std::size_t, double, double) override {}

 private:
  RunSink& sink_;
};

// Lets everything but epochs through.
class SamplesOnly : public RunSink {
 public:
  explicit SamplesOnly(RunSink& sink) : sink_(sink) {}
  void device(const Device& device) override { sink_.device(device); }
  void epoch(const Epoch&) override {}
  void sample(std::size_t device, double time_s, double power_w) override {
    sink_.sample(device, time_s, power_w);
  }

 private:
  RunSink& sink_;
};

Result<report::ProjectionReport> read(const ProjectOptions& options) {
  EpochIntegrator integrator;
  report::PowerThumbnail thumbnail;
  TeeSink both({&integrator, &thumbnail});
  SamplesOnly samples(both);
  RunSink* sink = &both;
  if (!options.marks.empty()) {
    EpochsOnly marks(both);
    auto read = readers::read_run(options.marks,
                                  {.format = "epochs", .interval_s = {}, .progress = {}}, marks);
    if (!read) return read.error();
    sink = &samples;
  }
  auto read = readers::read_run(options.run.path, options.run.read_options(), *sink);
  if (!read) return read.error();
  report::ProjectionReport report;
  report.name = options.run.path;
  report.read = std::move(read).value();
  report.run = integrator.finish();
  report.power = thumbnail.points();

  if (report.run.epochs.empty()) {
    return Error{
        fmt::format("{}: the recording has no epoch marks, so there is nothing to project from; "
                    "give them with --epoch-marks FILE (a CSV of epoch,start_s,end_s)",
                    options.run.path)};
  }
  for (const Epoch& epoch : report.run.epochs) {
    if (!epoch.energy) {
      return Error{
          fmt::format("{}: no samples cover epoch {} ({:.6g} s to {:.6g} s), so its energy is not "
                      "known; are marks and samples of the same run and clock?",
                      options.run.path, epoch.number, epoch.start_s, epoch.end_s)};
    }
  }
  return report;
}

int project(const ProjectOptions& options) {
  const auto method = step::published_method(options.method);
  if (!method) {
    return fail(
        {fmt::format("there is no method '{}'; choose first-epochs, step-power or step-epoch",
                     options.method)},
        kBadUsage);
  }
  auto loaded = read(options);
  if (!loaded) return fail(loaded.error());
  report::ProjectionReport& report = *loaded;
  const auto seen = static_cast<double>(report.run.epochs.size());
  const double recorded_s = report.run.epochs.back().end_s - report.run.epochs.front().start_s;

  // A recording that ended knows what its user did not; the answer says that it was told.
  const bool epochs_given = options.epochs > 0.0;
  const std::optional<double> planned =
      epochs_given ? std::optional(options.epochs) : report.read.plan.total;
  if (epochs_given && options.epochs < seen) {
    return fail(
        {fmt::format("--epochs {} is less than the {} epochs that {} holds; give the whole "
                     "training's number, or leave it out",
                     options.epochs, seen, options.run.path)});
  }
  report.complete = !epochs_given || options.epochs <= seen;
  step::Told told;
  told.epochs = report.complete ? seen : planned;
  told.epochs_from = epochs_given ? "planned, by --epochs" : "true count of the recording";
  if (options.duration_s > 0.0) {
    told.duration = Seconds(options.duration_s);
    told.duration_from = "planned, by --duration";
  } else if (report.complete) {
    told.duration = Seconds(recorded_s);
    told.duration_from = "true duration of the recording";
  } else if (*method == step::PublishedMethod::kStepPower) {
    return fail({fmt::format(
        "step-power multiplies by the duration of the whole training, and the recording "
        "holds only {} of {} epochs; give --duration SECONDS, or use --method step-epoch",
        seen, options.epochs)});
  }

  auto projector = step::make_published(*method, told, options.published);
  if (!projector) return fail(projector.error(), kBadUsage);
  for (const Epoch& epoch : report.run.epochs) report.forecasts.push_back((*projector)->add(epoch));

  if (options.json) return print(report::projection_json(report).dump(2) + "\n");
  return print(report::projection_text(report, report::stdout_terminal(), options.charts));
}

}  // namespace

void add_project(CLI::App& program, Action& action) {
  auto options = std::make_shared<ProjectOptions>();
  CLI::App* command = program.add_subcommand(
      "project", "What will the whole training take? Answered after every epoch");
  options->run.add_to(*command, "--sampling-interval");
  command->add_option("--method", options->method, "first-epochs, step-power or step-epoch")
      ->capture_default_str()
      ->type_name("NAME");
  command
      ->add_option("--epochs", options->epochs,
                   "Epochs of the whole training; left out, RUN holds them all")
      ->type_name("N")
      ->check(above_zero());
  command
      ->add_option("--duration", options->duration_s,
                   "Duration of the whole training, for step-power")
      ->type_name("SECONDS")
      ->check(above_zero());
  command
      ->add_option("--epoch-marks", options->marks,
                   "Where epochs begin and end, if RUN does not say: a CSV of epoch,start_s,end_s "
                   "in RUN's seconds")
      ->type_name("FILE");
  command
      ->add_option("--first", options->published.first_epochs,
                   "first-epochs: how many epochs to average")
      ->capture_default_str()
      ->type_name("K")
      ->check(whole_number(1));
  command
      ->add_option("--stabilizing-epoch", options->published.stabilizing_epochs,
                   "step-*: how many epochs come before the window")
      ->capture_default_str()
      ->type_name("S")
      ->check(whole_number(0));
  command->add_option("--window", options->published.window, "step-*: epochs in the window")
      ->capture_default_str()
      ->type_name("W")
      ->check(whole_number(1));
  command
      ->add_option("--interval", options->published.coverage,
                   "Nominal coverage of the interval, above 0 and below 1")
      ->capture_default_str()
      ->type_name("FRACTION");
  command->add_flag("--json", options->json, "Print JSON (docs/schema/projection-1.json)");
  command->add_flag("!--no-charts", options->charts, "Print the table only");
  command->footer(R"(Methods, as published:
  first-epochs  epochs x mean of the first K epochs (Carbontracker); needs the epoch count
  step-power    mean power of the window x duration of the whole (STEP, del Rey et al.)
  step-epoch    epochs before the window + mean of the window x the epochs from there on (STEP)

Examples:
  joulecast project data/recorded/cnn-digits
  joulecast project emissions.csv --method first-epochs --first 3 --epochs 50)");
  command->callback([options, &action] { action = [options] { return project(*options); }; });
}

}  // namespace joulecast::cli
