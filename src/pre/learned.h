// What a fit learned, without the trainings that it learned it from: this may be passed on.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/set_up.h"
#include "pre/intervals.h"
#include "pre/joint_model.h"
#include "pre/json_fields.h"

namespace joulecast::pre {

/// From the least to the largest that was seen of something that set-ups are asked about.
struct Extent {
  std::string feature;
  double low = 0.0, high = 0.0;
};

std::vector<Extent> extents_of(std::span<const Observation> observations);
/// Both together.
std::vector<Extent> joined(std::vector<Extent> a, const std::vector<Extent>& b);
std::vector<OutOfRange> outside(const std::vector<Extent>& extents, const SetUp& set_up);

struct Learned {
  Base base;
  WidthsByNovelty widths = {};
  std::vector<Extent> extents;
  bool memory_counted = false;  ///< Whether its answers count the host's memory.
  /// Energy of a stable epoch over a mean one's, with and without frozen epochs before others.
  std::optional<double> stable_phased, stable_plain;
};

nlohmann::json learned_json(const Learned& learned);
/// JsonFields remembers what is wrong.
Learned read_learned(JsonFields fields);

}  // namespace joulecast::pre
