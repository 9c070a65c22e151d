// Opens NVIDIA's GPUs, and says what was found.
#include <unistd.h>

#include <set>
#include <utility>

#include "measure/gpu_selection.h"
#include "measure/nvml_source.h"
#include "measure/openers.h"

namespace joulecast::measure {
namespace {

using nvml::Gpu;
using nvml::Library;
using nvml::PowerReading;
using nvml::Return;

constexpr const char* kWhat = "NVIDIA GPU energy";

Finding finding(Finding::State state, std::string detail) {
  return {.source = "nvml",
          .what = kWhat,
          .state = state,
          .detail = std::move(detail),
          .remedy = {},
          .consequence = {},
          .devices = {}};
}

Finding with_remedy(Finding found, std::string remedy, std::string consequence) {
  found.remedy = std::move(remedy);
  found.consequence = std::move(consequence);
  return found;
}

Finding mount_the_driver(Finding found) {
  return with_remedy(std::move(found),
                     "docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility ...",
                     "the container may use and query every GPU of the machine");
}

Finding why_not_loaded(const SourceOptions& options, const Library::Loaded& loaded) {
  using State = Finding::State;
  switch (loaded.failure) {
    case Library::Failure::kAbsent: {
      const std::string driver = options.root + "/proc/driver/nvidia/version";
      if (access(driver.c_str(), F_OK) != 0) {
        return finding(State::kAbsent, "no NVIDIA driver: " + loaded.detail);
      }
      return mount_the_driver(finding(
          State::kBroken, "the NVIDIA driver runs but its library is not here: " + loaded.detail));
    }
    case Library::Failure::kTooOld:
      return finding(State::kBroken, "the NVIDIA library is too old: " + loaded.detail);
    default:
      break;
  }
  if (loaded.code == nvml::kNoPermission) {
    return mount_the_driver(finding(State::kForbidden, "NVML does not start: " + loaded.detail));
  }
  if (loaded.code == nvml::kDriverNotLoaded) {
    return with_remedy(
        finding(State::kAbsent, "the NVIDIA library is here but NVML says: " + loaded.detail),
        "sudo modprobe nvidia", "loads NVIDIA's kernel module");
  }
  if (loaded.code == nvml::kVersionMismatch) {
    return with_remedy(finding(State::kBroken, "NVML does not start: " + loaded.detail),
                       "sudo reboot",
                       "stops everything on this machine; the driver was updated while in use");
  }
  return finding(State::kBroken, "NVML does not start: " + loaded.detail);
}

// Devices that do not even give a handle are told in findings.
std::vector<Gpu> find_gpus(const Library& library, OpenedSources& opened) {
  std::vector<Gpu> gpus;
  unsigned count = 0;
  const Return code = library.device_count(&count);
  if (code != nvml::kSuccess) {
    opened.findings.push_back(
        finding(Finding::State::kBroken, "NVML does not list GPUs: " + library.error_text(code)));
    return gpus;
  }
  if (count == 0) {
    opened.findings.push_back(
        finding(Finding::State::kAbsent, "driver " + library.driver_version() + " shows no GPU"));
  }
  for (unsigned i = 0; i < count; ++i) {
    nvml::Handle handle = nullptr;
    const Return found = library.device_by_index(i, &handle);
    if (found == nvml::kSuccess) {
      gpus.push_back(nvml::probe(library, i, handle));
      continue;
    }
    const auto state =
        found == nvml::kNoPermission ? Finding::State::kForbidden : Finding::State::kBroken;
    opened.findings.push_back(
        finding(state, "gpu" + std::to_string(i) + ": " + library.error_text(found)));
  }
  return gpus;
}

std::vector<VisibleGpu> as_visible(const std::vector<Gpu>& gpus) {
  std::vector<VisibleGpu> visible;
  for (const Gpu& gpu : gpus) {
    visible.push_back({.id = gpu.id, .name = gpu.name, .uuid = gpu.uuid, .slices = gpu.slices});
  }
  return visible;
}

bool gives_something(const Gpu& gpu) {
  return gpu.energy_counter || gpu.power != PowerReading::kNone;
}

const char* text_of(const Gpu& gpu) {
  if (gpu.energy_counter && gpu.power != PowerReading::kNone) return "energy counter and power";
  if (gpu.energy_counter) return "energy counter";
  if (gpu.power == PowerReading::kAverage) return "power, as means over 1 s";
  return "power";
}

Finding refused(const Library& library, const Gpu& gpu) {
  const std::string detail =
      gpu.id + " tells neither energy nor power: " + library.error_text(gpu.refusal);
  if (gpu.refusal == nvml::kNoPermission) return finding(Finding::State::kForbidden, detail);
  return finding(Finding::State::kBroken, detail);
}

// The numbers in CUDA_VISIBLE_DEVICES count the fastest GPU first unless told otherwise.
void warn_of_order(const GpuSelection& selection, const std::vector<Gpu>& gpus,
                   OpenedSources& opened) {
  if (selection.variable != "CUDA_VISIBLE_DEVICES") return;
  if (process_environment("CUDA_DEVICE_ORDER") == "PCI_BUS_ID") return;
  std::set<std::string> kinds;
  for (const Gpu& gpu : gpus) kinds.insert(gpu.name);
  bool by_number = false;
  for (const auto& chosen : selection.gpus) by_number = by_number || chosen.by_number;
  if (kinds.size() < 2 || !by_number) return;
  Finding note = finding(Finding::State::kWorks,
                         "GPUs of different kinds: CUDA counts the fastest first, NVML by PCI bus, "
                         "so " +
                             selection.reason + " may name others than those measured");
  note.what = "NVIDIA GPU numbers";
  opened.findings.push_back(
      with_remedy(std::move(note), "export CUDA_DEVICE_ORDER=PCI_BUS_ID", "none"));
}

void tell_of_slices(const std::vector<nvml::NvmlSource::Measured>& measured,
                    OpenedSources& opened) {
  for (const auto& one : measured) {
    if (one.gpu.slices.empty()) continue;
    Finding note = finding(Finding::State::kWorks,
                           one.gpu.id + " is cut into " + std::to_string(one.gpu.slices.size()) +
                               " MIG slices, which have no power of their own: the whole GPU is "
                               "measured, whoever uses it");
    note.what = "MIG";
    note.devices = {one.gpu.id};
    opened.findings.push_back(std::move(note));
  }
}

Finding works(const Library& library, const GpuSelection& selection,
              const std::vector<nvml::NvmlSource::Measured>& measured) {
  Finding found = finding(Finding::State::kWorks, "driver " + library.driver_version());
  if (!selection.reason.empty()) found.detail += " (" + selection.reason + ")";
  for (const auto& one : measured) {
    found.detail += "; " + one.gpu.id + " " + one.gpu.name + ": " + text_of(one.gpu);
    found.devices.push_back(one.gpu.id);
  }
  return found;
}

}  // namespace

Status open_nvml(const SourceOptions& options, OpenedSources& opened) {
  auto loaded = Library::load(options.nvml_library);
  if (loaded.failure != Library::Failure::kNone) {
    opened.findings.push_back(why_not_loaded(options, loaded));
    return {};
  }
  const std::vector<Gpu> gpus = find_gpus(*loaded.library, opened);
  if (gpus.empty()) return {};
  const auto selection = select_gpus(options.gpus, kNvidiaVariables, as_visible(gpus));
  if (!selection) return selection.error();

  std::vector<nvml::NvmlSource::Measured> measured;
  for (const auto& chosen : selection->gpus) {
    const Gpu& gpu = gpus[chosen.gpu];
    if (gives_something(gpu)) {
      measured.push_back({.gpu = gpu, .slice_only = chosen.by_slice});
    } else {
      opened.findings.push_back(refused(*loaded.library, gpu));
    }
  }
  if (selection->gpus.empty()) {
    opened.findings.push_back(finding(Finding::State::kAbsent,
                                      selection->reason + " leaves none of the " +
                                          std::to_string(gpus.size()) + " GPUs to the training"));
  }
  if (measured.empty()) return {};
  opened.findings.push_back(works(*loaded.library, *selection, measured));
  tell_of_slices(measured, opened);
  warn_of_order(*selection, gpus, opened);
  opened.sources.push_back(std::make_unique<nvml::NvmlSource>(std::move(loaded.library),
                                                              std::move(measured), options.root));
  return {};
}

}  // namespace joulecast::measure
