#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre {
namespace {

template <typename Enum>
Result<Enum> find(const char* what, std::string_view word,
                  std::span<const std::string_view> names) {
  const std::string wanted = to_lower(word);
  const auto found = std::find(names.begin(), names.end(), wanted);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  const auto near = nearest(wanted, names);
  return Error{fmt::format("{} is no {}{}: choose {}", quoted(word), what,
                           near ? fmt::format(" (did you mean {}?)", *near) : "",
                           fmt::join(names, ", "))};
}

}  // namespace

Result<Optimizer> optimizer_of(std::string_view word) {
  return find<Optimizer>("optimizer", word, kOptimizerNames);
}

Result<InputPipeline> input_pipeline_of(std::string_view word) {
  return find<InputPipeline>("input pipeline", word, kInputPipelineNames);
}

Result<network::Precision> precision_of(std::string_view word) {
  return find<network::Precision>("precision", word, network::kPrecisionNames);
}

}  // namespace joulecast::pre
