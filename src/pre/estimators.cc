#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/text.h"
#include "joulecast/pre/estimator.h"
#include "pre/own_estimator.h"
#include "pre/published.h"

namespace joulecast::pre {
namespace {

constexpr std::array kNames = {
    EstimatorName{"joulecast",
                  "physics of the network's operators, corrected by trainings like it"},
    EstimatorName{"linear", "PRE as published: least squares on ten features"},
    EstimatorName{"ridge", "PRE as published: the same with a penalty"},
    EstimatorName{"krr", "PRE as published: kernel ridge regression, the paper's best"},
    EstimatorName{"svr", "PRE as published: support-vector regression"},
};

}  // namespace

std::span<const EstimatorName> estimator_names() { return kNames; }

Result<std::unique_ptr<Estimator>> make_estimator(std::string_view name,
                                                  const EstimatorOptions& options) {
  if (options.search && options.draws < 1) {
    return Error{fmt::format("a random search of {} draws: ask for 1 or more", options.draws)};
  }
  if (name == "joulecast") return make_own_estimator();
  if (const auto method = method_of(name)) return make_published(*method, options);
  std::vector<std::string_view> names;
  for (const EstimatorName& known : kNames) names.push_back(known.name);
  const auto near = nearest(name, names);
  return Error{fmt::format("no estimator {}{}; there are {}", quoted(name),
                           near ? fmt::format(", did you mean '{}'?", *near) : std::string(),
                           fmt::join(names, ", "))};
}

}  // namespace joulecast::pre
