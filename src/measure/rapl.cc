#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "measure/cpu_model_info.h"
#include "measure/openers.h"
#include "measure/rapl_channels.h"
#include "measure/rapl_zones.h"

namespace joulecast::measure {
namespace {

// Intel's meters follow the wall within a few per cent since Haswell (Hackenberg et al., "An Energy
// Efficiency Feature Survey of the Intel Haswell Processor", 2015); AMD's estimate from activity
// and miss part of it (Schoene et al., "Energy Efficiency Aspects of the AMD Zen 2 Architecture",
// 2021).
constexpr double kGainError = 0.05;
constexpr double kGainErrorAmd = 0.10;
constexpr double kJoulesPerMicrojoule = 1e-6;

class RaplSource : public Source {
 public:
  void add(Channel channel, HeldFile energy_uj) {
    channels_.push_back(std::move(channel));
    files_.push_back(std::move(energy_uj));
  }
  const char* name() const override { return "rapl"; }
  std::span<const Channel> channels() const override { return channels_; }
  void poll(MonotonicSeconds now_s, std::span<Reading> readings) override {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto energy_uj = files_[i].read_number();
      readings[i] = {.value = energy_uj.value * kJoulesPerMicrojoule,
                     .time_s = now_s,
                     .fault = energy_uj.fault};
    }
  }

 private:
  std::vector<Channel> channels_;
  std::vector<HeldFile> files_;
};

}  // namespace

Status open_rapl(const SourceOptions& options, OpenedSources& opened) {
  RaplZones found = find_rapl_zones(options.root);
  const bool amd = read_cpu_info(options.root).vendor == "AuthenticAMD";
  auto source = std::make_unique<RaplSource>();
  for (RaplZone& zone : found.zones) {
    if (!zone.trial.ok()) continue;
    auto channel = rapl_channel(zone, source->channels(), amd ? kGainErrorAmd : kGainError);
    if (channel) source->add(std::move(*channel), std::move(zone.energy_uj));
  }
  for (Finding& finding : rapl_findings(found, source->channels())) {
    opened.findings.push_back(std::move(finding));
  }
  if (!source->channels().empty()) opened.sources.push_back(std::move(source));
  return {};
}

}  // namespace joulecast::measure
