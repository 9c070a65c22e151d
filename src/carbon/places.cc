#include "carbon/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace joulecast::carbon {
namespace {

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  const auto near = nearest(word, views);
  return near ? fmt::format(" (did you mean '{}'?)", *near) : "";
}

std::string full_name(const CloudRegion& region) {
  return fmt::format("{}:{}", region.provider, region.region);
}

std::string without_blanks(std::string_view text) {
  std::string kept = to_lower(text);
  std::erase(kept, ' ');
  return kept;
}

Error no_such_region(std::string_view name, const std::string& wanted) {
  std::vector<std::string> candidates;
  const bool with_provider = wanted.find(':') != std::string::npos;
  for (const CloudRegion& region : cloud_regions()) {
    candidates.push_back(with_provider ? full_name(region) : region.region);
  }
  return Error{fmt::format(
      "there is no cloud region {}{}; 'joulecast carbon --list regions' shows them, and "
      "--grid-intensity takes a figure of your own",
      quoted(name), did_you_mean(wanted, candidates))};
}

}  // namespace

Result<const Country*> find_country(std::string_view name) {
  std::string wanted = to_lower(trim(name));
  // Everyone says UK; ISO 3166 says GB and reserves UK for it.
  if (wanted == "uk") wanted = "gb";
  std::vector<std::string> names;
  for (const Country& country : countries()) {
    for (const std::string* known : {&country.code2, &country.code3, &country.name}) {
      if (wanted == to_lower(*known)) return &country;
    }
    names.push_back(country.name);
  }
  return Error{fmt::format(
      "there is no country {} in the table{}; give an ISO code such as ES, or see 'joulecast "
      "carbon --list countries'",
      quoted(trim(name)), did_you_mean(wanted, names))};
}

Result<const CloudRegion*> find_cloud_region(std::string_view name) {
  const std::string wanted = without_blanks(name);
  std::vector<const CloudRegion*> found;
  for (const CloudRegion& region : cloud_regions()) {
    if (wanted == full_name(region) || wanted == region.region) found.push_back(&region);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return no_such_region(name, wanted);
  return Error{fmt::format("several providers have a region {}; write {} or {}", quoted(name),
                           full_name(*found[0]), full_name(*found[1]))};
}

const Country& world() { return countries().back(); }

}  // namespace joulecast::carbon
