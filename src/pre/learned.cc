#include "pre/learned.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace joulecast::pre {
namespace {

using Json = nlohmann::json;

struct Feature {
  const char* name;
  double (*of)(const SetUp& set_up);
};
constexpr std::array kFeatures = {
    Feature{"batch size", [](const SetUp& s) { return static_cast<double>(s.batch_size); }},
    Feature{"image height", [](const SetUp& s) { return static_cast<double>(s.image_height); }},
    Feature{"sequence length",
            [](const SetUp& s) { return static_cast<double>(s.sequence_length); }},
    Feature{"GPUs", [](const SetUp& s) { return static_cast<double>(s.gpus); }},
};

// The triangle's digits: its file would be three times as long with all of them.
double rounded(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

Json triangle_json(const Eigen::MatrixXd& root) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < root.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) rows.push_back(rounded(root(i, j)));
  }
  return rows;
}

Eigen::MatrixXd triangle(const std::vector<double>& entries, Eigen::Index size) {
  Eigen::MatrixXd root = Eigen::MatrixXd::Zero(size, size);
  std::size_t next = 0;
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) root(i, j) = entries[next++];
  }
  return root;
}

Json knowledge_json(const Knowledge& knowledge) {
  Json blocks = Json::array(), mean = Json::array();
  for (const Block& block : knowledge.blocks) {
    blocks.push_back(
        {{"of", kThingNames[static_cast<std::size_t>(block.thing)]}, {"name", block.name}});
  }
  for (Eigen::Index i = 0; i < knowledge.mean.size(); ++i)
    mean.push_back(rounded(knowledge.mean[i]));
  return {{"things", blocks}, {"mean", mean}, {"root", triangle_json(knowledge.root)}};
}

Knowledge read_knowledge(JsonFields fields) {
  constexpr std::size_t kMostThings = 300;
  Knowledge knowledge;
  std::size_t size = kGlobalCount;
  for (const Json* json : fields.objects("things", 0, kMostThings)) {
    JsonFields thing(json, fields);
    const std::string of = thing.text("of");
    const auto found = std::find(kThingNames.begin(), kThingNames.end(), of);
    if (found == kThingNames.end()) {
      thing.refuse("of", "is none of generation, GPU, host, stack");
      return {};
    }
    Block block{static_cast<Thing>(found - kThingNames.begin()), thing.text("name")};
    const bool twice = std::find(knowledge.blocks.begin(), knowledge.blocks.end(), block) !=
                       knowledge.blocks.end();
    if (twice) thing.refuse("name", "stands there twice");
    size += deviations_of(block.thing).size;
    knowledge.blocks.push_back(std::move(block));
  }
  const auto mean = fields.numbers("mean", size);
  const auto root = fields.numbers("root", size * (size + 1) / 2);
  if (!fields.ok()) return {};
  const auto n = static_cast<Eigen::Index>(size);
  knowledge.mean = Eigen::Map<const Eigen::VectorXd>(mean.data(), n);
  knowledge.root = triangle(root, n);
  if (!(knowledge.root.diagonal().minCoeff() > 0.0)) fields.refuse("root", "is no root");
  return knowledge;
}

std::optional<double> ratio(JsonFields& fields, const char* name) {
  constexpr double kMost = 1e3;
  const double value = fields.number(name, 0.0);
  if (value > kMost) fields.refuse(name, "is too large");
  return value > 0.0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<Extent> extents_of(std::span<const Observation> observations) {
  std::vector<Extent> extents;
  if (observations.empty()) return extents;
  for (const Feature& feature : kFeatures) {
    const double first = feature.of(observations[0].set_up);
    Extent extent{feature.name, first, first};
    for (const Observation& one : observations) {
      extent.low = std::min(extent.low, feature.of(one.set_up));
      extent.high = std::max(extent.high, feature.of(one.set_up));
    }
    extents.push_back(std::move(extent));
  }
  return extents;
}

std::vector<Extent> joined(std::vector<Extent> a, const std::vector<Extent>& b) {
  for (const Extent& extent : b) {
    const auto same = std::find_if(
        a.begin(), a.end(), [&](const Extent& one) { return one.feature == extent.feature; });
    if (same == a.end()) {
      a.push_back(extent);
      continue;
    }
    same->low = std::min(same->low, extent.low);
    same->high = std::max(same->high, extent.high);
  }
  return a;
}

std::vector<OutOfRange> outside(const std::vector<Extent>& extents, const SetUp& set_up) {
  std::vector<OutOfRange> all;
  for (const Feature& feature : kFeatures) {
    const double value = feature.of(set_up);
    for (const Extent& extent : extents) {
      if (extent.feature != feature.name || (value >= extent.low && value <= extent.high)) continue;
      all.push_back(
          {.feature = extent.feature, .value = value, .low = extent.low, .high = extent.high});
    }
  }
  return all;
}

Json learned_json(const Learned& learned) {
  Json widths = Json::array(), extents = Json::array(), hyper = Json::array();
  for (const Widths& one : learned.widths) {
    for (const double width : {one.time, one.power, one.energy}) widths.push_back(rounded(width));
  }
  for (const Extent& extent : learned.extents) {
    extents.push_back({{"feature", extent.feature}, {"low", extent.low}, {"high", extent.high}});
  }
  const Hyper of_base = learned.base.hyper.value_or(hyper_prior());
  for (const double value : of_base) hyper.push_back(rounded(value));
  return {{"knowledge", knowledge_json(learned.base.knowledge)},
          {"hyper", hyper},
          {"widths", widths},
          {"extents", extents},
          {"memory_counted", learned.memory_counted},
          {"stable_phased", learned.stable_phased.value_or(0.0)},
          {"stable_plain", learned.stable_plain.value_or(0.0)}};
}

Learned read_learned(JsonFields fields) {
  Learned learned;
  learned.base.knowledge = read_knowledge(fields.object("knowledge"));
  const auto hyper = fields.numbers("hyper", kHyperCount);
  const auto widths = fields.numbers("widths", 3 * kNoveltyCount);
  for (const Json* json : fields.objects("extents", 0, kFeatures.size())) {
    JsonFields one(json, fields);
    learned.extents.push_back({one.text("feature"), one.number("low"), one.number("high")});
  }
  learned.memory_counted = fields.boolean("memory_counted");
  learned.stable_phased = ratio(fields, "stable_phased");
  learned.stable_plain = ratio(fields, "stable_plain");
  constexpr double kMostHyper = 20.0, kMostWidth = 1e3;
  for (const double value : hyper) {
    if (std::abs(value) > kMostHyper) fields.refuse("hyper", "is out of range");
  }
  for (const double width : widths) {
    if (width < 0.0 || width > kMostWidth) fields.refuse("widths", "are out of range");
  }
  if (!fields.ok()) return {};
  learned.base.hyper = Eigen::Map<const Hyper>(hyper.data());
  for (std::size_t i = 0; i < kNoveltyCount; ++i) {
    learned.widths[i] = {widths[3 * i], widths[3 * i + 1], widths[3 * i + 2]};
  }
  return learned;
}

}  // namespace joulecast::pre
