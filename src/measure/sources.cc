#include "joulecast/measure/sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

struct Opener {
  std::string_view name;  ///< As Source::name.
  Status (*open)(const SourceOptions&, OpenedSources&);
};

// In order of trust: what an earlier one measures keeps later ones of the same device out.
constexpr std::array<Opener, 7> kOpeners = {{
    {"nvml", &open_nvml},
    {"rocm-smi", &open_rocm_smi},
    {"hwmon", &open_hwmon_gpus},
    {"rapl", &open_rapl},
    {"perf", &open_perf_energy},
    {"cpu-model", &open_cpu_model},
    {"ram-model", &open_ram_model},
}};

Status check_names(const std::vector<std::string>& names) {
  std::array<std::string_view, kOpeners.size()> known;
  std::transform(kOpeners.begin(), kOpeners.end(), known.begin(),
                 [](const Opener& opener) { return opener.name; });
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, known);
    return Error{fmt::format("there is no source {}{}; choose among {}", quoted(name),
                             near ? fmt::format(" (did you mean '{}'?)", *near) : "",
                             fmt::join(known, ", "))};
  }
  return {};
}

bool names_a_gpu(const std::optional<std::string>& gpus) {
  return gpus && !gpus->empty() && *gpus != "-1" && *gpus != "none";
}

}  // namespace

bool measures(const OpenedSources& opened, DeviceKind kind) {
  return std::any_of(opened.sources.begin(), opened.sources.end(), [kind](const auto& source) {
    const auto channels = source->channels();
    return std::any_of(channels.begin(), channels.end(), [kind](const Channel& channel) {
      return channel.role == Channel::Role::kTotal && channel.device.kind == kind;
    });
  });
}

Result<OpenedSources> open_sources(const SourceOptions& options) {
  if (Status status = check_names(options.only); !status) return status.error();
  OpenedSources opened;
  for (const Opener& opener : kOpeners) {
    const bool wanted = options.only.empty() || std::find(options.only.begin(), options.only.end(),
                                                          opener.name) != options.only.end();
    if (!wanted) continue;
    if (Status status = opener.open(options, opened); !status) return status.error();
  }
  // Each vendor judges the list by its own GPUs; where there is none at all nobody has.
  const bool forbidden =
      std::any_of(opened.findings.begin(), opened.findings.end(), [](const Finding& finding) {
        return finding.state == Finding::State::kForbidden && finding.source != "rapl" &&
               finding.source != "perf";
      });
  if (names_a_gpu(options.gpus) && !measures(opened, DeviceKind::kGpu) && !forbidden) {
    return Error{fmt::format("GPUs {}: no GPU can be measured here; joulecast doctor says why",
                             quoted(*options.gpus))};
  }
  return opened;
}

}  // namespace joulecast::measure
