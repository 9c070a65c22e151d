#include "measure/gpu_selection.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace joulecast::measure {
namespace {

constexpr std::string_view kSlicePrefix = "MIG-";
constexpr std::string_view kGpuPrefix = "GPU-";

std::vector<std::string_view> entries_of(std::string_view text) {
  std::vector<std::string_view> entries;
  while (!trim(text).empty()) {
    const std::size_t comma = text.find(',');
    entries.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return entries;
}

// "3" or, as Slurm writes, "0-3".
struct Range {
  std::int64_t first = 0, last = 0;
};
std::optional<Range> range_of(std::string_view entry) {
  if (const auto number = parse_integer(entry)) return Range{*number, *number};
  const std::size_t dash = entry.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_integer(entry.substr(0, dash));
  const auto last = parse_integer(entry.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return Range{*first, *last};
}

bool in_lower_case_starts_with(std::string_view text, std::string_view prefix) {
  return to_lower(text).starts_with(to_lower(prefix));
}

// The one GPU whose UUID begins so; a beginning that fits several names none, as CUDA has it.
std::optional<GpuSelection::Chosen> by_uuid(std::string_view entry,
                                            std::span<const VisibleGpu> gpus) {
  if (entry.size() <= kGpuPrefix.size()) return std::nullopt;
  std::optional<GpuSelection::Chosen> found;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (!in_lower_case_starts_with(gpus[i].uuid, entry)) continue;
    if (found) return std::nullopt;
    found = GpuSelection::Chosen{.gpu = i, .by_slice = false, .by_number = false};
  }
  return found;
}

// "MIG-<uuid of the slice>" or, from older drivers, "MIG-GPU-<uuid of the GPU>/<instance>/<...>".
std::optional<GpuSelection::Chosen> by_slice(std::string_view entry,
                                             std::span<const VisibleGpu> gpus) {
  const std::string_view inner = entry.substr(kSlicePrefix.size());
  if (inner.starts_with(kGpuPrefix)) {
    auto found = by_uuid(inner.substr(0, inner.find('/')), gpus);
    if (found) found->by_slice = true;
    return found;
  }
  if (inner.empty()) return std::nullopt;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const bool has = std::any_of(
        gpus[i].slices.begin(), gpus[i].slices.end(),
        [&](const std::string& slice) { return in_lower_case_starts_with(slice, entry); });
    if (has) return GpuSelection::Chosen{.gpu = i, .by_slice = true, .by_number = false};
  }
  return std::nullopt;
}

// "0" and, in containers, "0:1" (slice 1 of GPU 0). Empty: names nothing here.
std::vector<GpuSelection::Chosen> by_number(std::string_view entry, std::size_t count) {
  const std::size_t colon = entry.find(':');
  const auto range = range_of(entry.substr(0, colon));
  std::vector<GpuSelection::Chosen> chosen;
  if (!range || range->first < 0 || range->last < range->first ||
      static_cast<std::uint64_t>(range->last) >= count) {
    return chosen;
  }
  for (auto i = range->first; i <= range->last; ++i) {
    chosen.push_back({.gpu = static_cast<std::size_t>(i),
                      .by_slice = colon != std::string_view::npos,
                      .by_number = true});
  }
  return chosen;
}

// What an entry names; empty: nothing here.
std::vector<GpuSelection::Chosen> resolve(std::string_view entry,
                                          std::span<const VisibleGpu> gpus) {
  if (entry.starts_with(kSlicePrefix)) {
    const auto found = by_slice(entry, gpus);
    return found ? std::vector{*found} : std::vector<GpuSelection::Chosen>{};
  }
  auto numbered = by_number(entry, gpus.size());
  if (!numbered.empty()) return numbered;
  if (const auto found = by_uuid(entry, gpus)) return {*found};
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (gpus[i].id == entry) return {{.gpu = i, .by_slice = false, .by_number = true}};
  }
  return {};
}

void add(GpuSelection& selection, const std::vector<GpuSelection::Chosen>& chosen) {
  for (const GpuSelection::Chosen& one : chosen) {
    const auto same = std::find_if(selection.gpus.begin(), selection.gpus.end(),
                                   [&](const auto& other) { return other.gpu == one.gpu; });
    if (same == selection.gpus.end()) {
      selection.gpus.push_back(one);
    } else {
      same->by_slice = same->by_slice || one.by_slice;
    }
  }
}

void add_all(GpuSelection& selection, std::span<const VisibleGpu> gpus) {
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    selection.gpus.push_back({.gpu = i, .by_slice = false, .by_number = false});
  }
}

std::string list_of(std::span<const VisibleGpu> gpus) {
  std::string list;
  for (const VisibleGpu& gpu : gpus) {
    list += (list.empty() ? "" : "; ") + gpu.id + " " + printable(gpu.name);
    if (!gpu.uuid.empty()) list += " " + printable(gpu.uuid);
  }
  return list.empty() ? "there is none" : list;
}

Result<GpuSelection> select_by_option(const std::string& option, std::span<const VisibleGpu> gpus) {
  GpuSelection selection;
  selection.reason = "as asked for: " + printable(option);
  const std::string word = to_lower(trim(option));
  if (word == "all") {
    add_all(selection, gpus);
    return selection;
  }
  if (word == "none") return selection;
  const auto entries = entries_of(option);
  if (entries.empty()) return Error{"no GPU is named: give indices or UUIDs, all, or none"};
  for (const std::string_view entry : entries) {
    const auto chosen = resolve(entry, gpus);
    if (chosen.empty()) {
      return Error{quoted(entry) + " names no GPU here (" + list_of(gpus) +
                   "): give indices or UUIDs of these, all, or none"};
    }
    add(selection, chosen);
  }
  return selection;
}

// Numbers of the machine's GPUs are worth something only where all of the machine's are visible.
bool shows_only_named(const std::vector<std::string_view>& entries,
                      std::span<const VisibleGpu> gpus) {
  std::size_t named = 0;
  for (const std::string_view entry : entries) {
    const auto range = range_of(entry.substr(0, entry.find(':')));
    if (!range) return false;
    if (range->last >= static_cast<std::int64_t>(gpus.size())) return true;
    named += static_cast<std::size_t>(std::max<std::int64_t>(range->last - range->first + 1, 0));
  }
  return named == gpus.size();
}

GpuSelection select_by_machine_variable(const std::string& value,
                                        std::span<const VisibleGpu> gpus) {
  GpuSelection selection;
  const auto entries = entries_of(value);
  if (to_lower(trim(value)) == "all" || shows_only_named(entries, gpus)) {
    add_all(selection, gpus);
    return selection;
  }
  for (const std::string_view entry : entries) add(selection, resolve(entry, gpus));
  return selection;
}

GpuSelection select_by_cuda_variable(const std::string& value, std::span<const VisibleGpu> gpus) {
  GpuSelection selection;
  for (const std::string_view entry : entries_of(value)) {
    const auto chosen = resolve(entry, gpus);
    if (chosen.empty()) break;
    add(selection, chosen);
  }
  return selection;
}

// Container runtimes write "void" or nothing where they have no say.
bool says_nothing(const SelectionVariable& variable, const std::string& value) {
  if (variable.numbering == SelectionVariable::Numbering::kVisible) return false;
  const std::string word = to_lower(trim(value));
  return word.empty() || word == "void";
}

}  // namespace

std::optional<std::string> process_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<GpuSelection> select_gpus(const std::optional<std::string>& option,
                                 std::span<const SelectionVariable> variables,
                                 std::span<const VisibleGpu> gpus, const Environment& environment) {
  GpuSelection selection;
  const auto decide = [&]() -> Status {
    if (option) {
      auto selected = select_by_option(*option, gpus);
      if (!selected) return selected.error();
      selection = std::move(*selected);
      return {};
    }
    for (const SelectionVariable& variable : variables) {
      const auto value = environment(variable.name);
      if (!value || says_nothing(variable, *value)) continue;
      selection = variable.numbering == SelectionVariable::Numbering::kVisible
                      ? select_by_cuda_variable(*value, gpus)
                      : select_by_machine_variable(*value, gpus);
      selection.variable = variable.name;
      selection.reason = selection.variable + "=" + printable(*value);
      return {};
    }
    add_all(selection, gpus);
    return {};
  };
  const Status decided = decide();
  if (!decided) return decided.error();
  std::sort(selection.gpus.begin(), selection.gpus.end(),
            [](const auto& a, const auto& b) { return a.gpu < b.gpu; });
  return selection;
}

}  // namespace joulecast::measure
