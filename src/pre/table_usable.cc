// leave_out_unusable(): which rows of a table an estimator can use.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/named.h"
#include "joulecast/pre/observations.h"
#include "pre/network_of.h"

namespace joulecast::pre {
namespace {

constexpr std::size_t kMostShown = 3;

struct Gap {
  std::string why;      ///< "network not known"
  std::string what;     ///< The network's name; empty where there is nothing to name.
  std::string message;  ///< Empty: network_of() says it, at the price of looking for near names.
};

std::string warning_of(const Observation& row, const Gap& gap) {
  if (!gap.message.empty()) return fmt::format("{}: {}", place_of(row), gap.message);
  return fmt::format("{}: {}", place_of(row), network_of(row.set_up).error().message);
}

/// What rows lack, and the answers of both catalogues, which tables ask for again and again.
class Gaps {
 public:
  explicit Gaps(RowNeeds needs) : needs_(needs) {}

  std::optional<Gap> of(const SetUp& set_up) {
    if (needs_ == RowNeeds::kNothing) return std::nullopt;
    if (auto gap = gpu_gap(set_up)) return gap;
    const bool sized = set_up.image_height > 0 && set_up.image_width > 0;
    const bool flops_do = needs_ == RowNeeds::kFlops && set_up.recorded_gflops && sized;
    if (!flops_do) {
      if (auto gap = network_gap(set_up)) return gap;
    }
    return needs_ == RowNeeds::kGraph ? size_gap(set_up) : std::nullopt;
  }

 private:
  std::optional<Gap> gpu_gap(const SetUp& set_up) {
    auto known = gpus_.find(set_up.gpu);
    if (known == gpus_.end()) {
      const auto gpu = hardware::find_gpu(set_up.gpu);
      known = gpus_.emplace(set_up.gpu, gpu ? "" : gpu.error().message).first;
    }
    if (known->second.empty()) return std::nullopt;
    return Gap{"GPU not known", set_up.gpu, known->second};
  }

  std::optional<Gap> network_gap(const SetUp& set_up) {
    if (set_up.network.empty()) return Gap{"network not named", "", ""};
    auto named = names_.find(set_up.network);
    if (named == names_.end()) {
      named = names_.emplace(set_up.network, network::is_network(set_up.network)).first;
    }
    if (!named->second) return Gap{"network not known", set_up.network, ""};
    const auto network = network_of(set_up);
    if (network) return std::nullopt;
    return Gap{"not possible with this network", network.error().message, network.error().message};
  }

  static std::optional<Gap> size_gap(const SetUp& set_up) {
    const double step = static_cast<double>(set_up.batch_size) * std::max(set_up.gpus, 1);
    if (set_up.train_size >= step) return std::nullopt;
    if (set_up.train_size > 0.0) return Gap{"training size below one step", "", ""};
    return Gap{"training size not said", "", ""};
  }

  RowNeeds needs_;
  std::map<std::string, std::string> gpus_;  ///< The error; empty: known.
  std::map<std::string, bool> names_;
};

/// Rows that lack the same.
struct LeftOut {
  std::int64_t rows = 0;
  std::vector<std::string> whats;  ///< Each once, in their order.
};

std::string note_of(std::string_view name, std::size_t all, const std::string& why,
                    const LeftOut& left_out) {
  std::vector<std::string> shown = left_out.whats;
  const std::size_t hidden = shown.size() - std::min(shown.size(), kMostShown);
  shown.resize(shown.size() - hidden);
  std::string whats = fmt::format("{}", fmt::join(shown, ", "));
  if (hidden > 0) whats += fmt::format(" and {} more", hidden);
  return fmt::format("{}: {} of {} rows left out: {}{}", name, left_out.rows, all, why,
                     whats.empty() ? "" : fmt::format(" ({})", whats));
}

template <typename T>
void keep_only(std::vector<T>& rows, const std::vector<bool>& kept) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!kept[i]) continue;
    if (next != i) rows[next] = std::move(rows[i]);
    ++next;
  }
  rows.resize(next);
}

}  // namespace

RowNeeds needs_of(std::string_view estimator) {
  return estimator == "joulecast" ? RowNeeds::kGraph : RowNeeds::kFlops;
}

void leave_out_unusable(Table& table, RowNeeds needs, std::string_view name, bool own) {
  Gaps gaps(needs);
  const std::size_t all = table.observations.size();
  std::vector<bool> kept(all, true);
  std::map<std::string, LeftOut> left_out;
  for (std::size_t i = 0; i < all; ++i) {
    const Observation& row = table.observations[i];
    const auto gap = gaps.of(row.set_up);
    if (!gap) continue;
    kept[i] = false;
    LeftOut& alike = left_out[gap->why];
    ++alike.rows;
    if (gap->what.empty()) continue;
    if (std::find(alike.whats.begin(), alike.whats.end(), gap->what) != alike.whats.end()) continue;
    alike.whats.push_back(gap->what);
    if (own && alike.whats.size() <= kMostShown) {
      table.warnings.push_back(warning_of(row, *gap));
    }
  }
  for (const auto& [why, rows] : left_out) table.notes.push_back(note_of(name, all, why, rows));
  keep_only(table.observations, kept);
  keep_only(table.architectures, kept);
  keep_only(table.cells, kept);
}

}  // namespace joulecast::pre
