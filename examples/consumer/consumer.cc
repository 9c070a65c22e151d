// The library in ten lines: read a recording, project it after every epoch.
#include <cstdio>

#include "joulecast/readers/reader.h"
#include "joulecast/run/integrate.h"
#include "joulecast/step/projector.h"

int main(int argc, char** argv) {
  using namespace joulecast;
  EpochIntegrator run;
  const auto report = readers::read_run(argc > 1 ? argv[1] : "", {}, run);
  if (!report) return std::fprintf(stderr, "%s\n", report.error().message.c_str()), 1;
  const auto epochs = run.finish().epochs;
  const step::Told told{.epochs = double(epochs.size()),
                        .epochs_from = "planned",
                        .duration = {},
                        .duration_from = ""};
  const auto projector = step::make_published(step::PublishedMethod::kStepEpoch, told);
  for (const Epoch& epoch : epochs) {
    const Forecast forecast = (*projector)->add(epoch);
    if (forecast.energy)
      std::printf("%.1f J projected after epoch %lld\n", forecast.energy->value.value(),
                  static_cast<long long>(epoch.number));
  }
}
