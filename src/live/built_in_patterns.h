// What the output of well-known frameworks looks like.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace joulecast::live {

/// What one line of output says.
struct Sighting {
  std::optional<std::int64_t> epoch;         ///< The one under way, or that has ended.
  std::optional<std::int64_t> epochs_total;  ///< In all.
  std::optional<std::int64_t> step, steps_total;
  bool steps_of_run = false;  ///< Steps count from the run's start, else from the epoch's.
  bool begins = false;        ///< The epoch begins with this line.
  bool ends = false;          ///< The epoch has ended, unless a further such line follows.
  bool at_once = false;       ///< With `ends`: no further line is expected.
  bool is_sign = true;        ///< Of this framework and no other.
  std::optional<double> loss, validation_loss, accuracy, steps, samples, tokens;
};

/// Looks at a training's lines, one after another.
class Recogniser {
 public:
  virtual ~Recogniser() = default;
  virtual std::optional<Sighting> look(std::string_view line) = 0;
};

/// By the name in built_in_patterns(); none for another name.
std::unique_ptr<Recogniser> built_in_recogniser(std::string_view name);

/// The number behind "name:", "name=" or "'name':", where it is finite.
std::optional<double> number_after(std::string_view line, std::string_view name);

}  // namespace joulecast::live
