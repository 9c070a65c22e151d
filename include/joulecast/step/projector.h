// STEP: Stable Training Epoch Projection. What a training will take, revised after every epoch.
//
// The same code serves a recording and a live run: give a Projector each epoch as it ends and it
// answers with the Forecast of the whole. It never sees the future: the answer after epoch k uses
// the plan and the epochs up to k, and what the plan holds that nobody knows while training is
// named in Forecast::told.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "joulecast/base/result.h"
#include "joulecast/run/forecast.h"
#include "joulecast/run/run.h"

namespace joulecast::step {

/// Turns epochs into forecasts. O(1) per epoch, constant memory. Not thread-safe.
class Projector {
 public:
  virtual ~Projector() = default;

  /// The next epoch; its energy must be known. Epochs come in order, all of them, from the first.
  virtual Forecast add(const Epoch& epoch) = 0;
};

/// What a projector is told of the whole training. Each figure says how it came to be known, since
/// a method that is told the true value solves an easier problem than its user has.
struct Told {
  std::optional<double> epochs;     ///< How many in all, >= 1.
  std::string epochs_from;          ///< "planned" or "true count of the recording".
  std::optional<Seconds> duration;  ///< How long in all, > 0.
  std::string duration_from;        ///< "planned" or "true duration of the recording".
};

/// The published rules, kept as published so that ours can be compared with them.
enum class PublishedMethod {
  /// Energy of the whole = epochs x mean energy of the first few (Carbontracker's rule without its
  /// PUE; existing-tools: `carbontracker/predictor.py`). Needs the epoch count.
  kFirstEpochs,
  /// del Rey et al., STEP, power form: mean power over the window x duration of the whole training.
  /// Needs the duration.
  kStepPower,
  /// del Rey et al., STEP, epoch form: energy of the epochs before the window + mean energy of an
  /// epoch of the window x the epochs from there on. Needs the epoch count.
  kStepEpoch,
};

struct PublishedOptions {
  std::size_t first_epochs = 1;         ///< kFirstEpochs: how many, >= 1.
  std::size_t stabilizing_epochs = 10;  ///< STEP's s: how many epochs come before the window.
  std::size_t window = 5;               ///< STEP's w: epochs in the window, >= 1.
  /// Nominal coverage of the interval, in (0, 1). The published rules have no interval. Ours for
  /// them is Student's t from the spread of the epochs they average, for the epochs not yet seen,
  /// and a drift of 0.5 %; it knows of no later phase, and is absent where one epoch is averaged.
  double coverage = 0.9;
};

/// Forecasts stay absent until the method's last epoch has been seen, and then never change: the
/// published rules do not learn from later epochs. Errors: options outside their ranges.
Result<std::unique_ptr<Projector>> make_published(PublishedMethod method, const Told& told,
                                                  const PublishedOptions& options = {});

/// "first-epochs", "step-power", "step-epoch".
const char* to_string(PublishedMethod method);
std::optional<PublishedMethod> published_method(const std::string& name);

}  // namespace joulecast::step
