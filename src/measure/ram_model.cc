#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "measure/cpu_model_pace.h"
#include "measure/openers.h"
#include "measure/process_tree.h"
#include "measure/sysfs.h"

namespace joulecast::measure {
namespace {

// del Rey et al.: 3.75e-4 W per MB of resident memory; MB is 1e6 bytes here.
constexpr double kWattsPerResidentByte = 3.75e-4 / 1e6;
// Green Algorithms (Lannelongue et al., 2021): 0.3725 W per GB of memory; GB is 1e9 bytes here.
constexpr double kWattsPerInstalledByte = 0.3725 / 1e9;
// The models in use differ by more than a factor of two, and none knows the modules' number, kind
// or traffic (CodeCarbon issue 629: 378 W modelled for RAM beside 102 W measured for the GPU).
constexpr double kGainError = 0.6;
constexpr const char* kWhat = "RAM energy by a model of its size";

/// MemTotal of /proc/meminfo.
std::optional<Bytes> installed_memory(const std::string& root) {
  constexpr std::string_view kKey = "MemTotal:";
  constexpr double kKibibyte = 1024.0;
  const auto meminfo = read_text(root + "/proc/meminfo");
  std::string_view text = meminfo.value;
  const auto at = text.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  text = trim(text.substr(at + kKey.size()));
  const auto kib = parse_number(text.substr(0, text.find(' ')));
  if (!kib || !(*kib > 0.0)) return std::nullopt;
  return Bytes(*kib * kKibibyte);
}

Channel channel_of(std::string formula) {
  return {.device = {.id = "ram",
                     .kind = DeviceKind::kRam,
                     .name = "",
                     .origin = Origin::kModelled,
                     .source = std::move(formula),
                     .power_limit = std::nullopt},
          .quantity = Channel::Quantity::kEnergy,
          .window = Seconds(0.0),
          .delay = Seconds(0.0),
          .update_period = Seconds(0.0),
          .range = Joules(0.0),
          .gain_error = kGainError,
          .role = Channel::Role::kTotal,
          .of = 0};
}

/// A counter of modelled joules. Without a tree its power is constant; with one it follows the
/// tree's resident memory, which changes slowly and costs something to add up.
class RamModelSource : public Source {
 public:
  RamModelSource(Channel channel, Bytes installed, std::unique_ptr<ProcessTree> tree)
      : channel_(std::move(channel)), installed_(installed), tree_(std::move(tree)) {
    if (!tree_) power_w_ = kWattsPerInstalledByte * installed_.value();
  }
  const char* name() const override { return "ram-model"; }
  std::span<const Channel> channels() const override { return {&channel_, 1}; }

  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    if (latest_.fault == Fault::kNone) latest_.value += power_w_ * (now_s - latest_.time_s);
    latest_.time_s = now_s;
    latest_.fault = Fault::kNone;
    if (tree_ && pace_.due(now_s)) weigh(now_s);
    readings[0] = latest_;
  }

 private:
  void weigh(MonotonicSeconds now_s) {
    constexpr int kQuickLooks = 10;  // while a training starts its workers and loads its data
    constexpr Seconds kLater{3.0};
    const double before_s = thread_cpu_s();
    const Bytes resident = tree_->measure().resident;
    power_w_ = kWattsPerResidentByte * std::min(resident, installed_).value();
    if (++looks_ == kQuickLooks) pace_.set_at_least(kLater);
    pace_.was_done(now_s, thread_cpu_s() - before_s);
  }

  Channel channel_;
  Bytes installed_;
  std::unique_ptr<ProcessTree> tree_;
  Pace pace_{Seconds(1.0), Seconds(60.0)};
  int looks_ = 0;
  double power_w_ = 0.0;
  Reading latest_;
};

Finding finding(Finding::State state, std::string detail) {
  return {.source = "ram-model",
          .what = kWhat,
          .state = state,
          .detail = std::move(detail),
          .remedy = "",
          .consequence = "",
          .devices = {}};
}

std::string formula_of(RamModel model, Bytes installed) {
  constexpr double kGigabyte = 1e9;
  if (model == RamModel::kPerGigabyte) {
    return fmt::format("model: 0.3725 W/GB x {:.1f} GB installed", installed.value() / kGigabyte);
  }
  return "model: 3.75e-4 W/MB x resident memory of the process tree";
}

}  // namespace

Status open_ram_model(const SourceOptions& options, OpenedSources& opened) {
  if (options.ram == RamModel::kNone) {
    opened.findings.push_back(finding(Finding::State::kWorks, "not used: not wanted"));
    return {};
  }
  if (measures(opened, DeviceKind::kRam) || measures(opened, DeviceKind::kNode)) {
    opened.findings.push_back(finding(Finding::State::kWorks, "not used: a meter has the RAM"));
    return {};
  }
  const auto installed = installed_memory(options.root);
  if (!installed) {
    opened.findings.push_back(finding(Finding::State::kAbsent,
                                      "/proc/meminfo does not say how much memory there is: the "
                                      "RAM's energy is missing"));
    return {};
  }
  std::unique_ptr<ProcessTree> tree;
  if (options.ram == RamModel::kPerProcess) {
    tree = std::make_unique<ProcessTree>(options.root,
                                         options.root_pid != 0 ? options.root_pid : ::getpid());
  }
  auto works = finding(Finding::State::kWorks, formula_of(options.ram, *installed));
  works.devices = {"ram"};
  opened.sources.push_back(
      std::make_unique<RamModelSource>(channel_of(works.detail), *installed, std::move(tree)));
  opened.findings.push_back(std::move(works));
  return {};
}

}  // namespace joulecast::measure
