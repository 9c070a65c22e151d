// Where a joule comes from. A number without provenance is a bug.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace joulecast {

/// How an energy or a power came to be known, from best to worst.
enum class Origin {
  kCounter,     ///< Read from a hardware energy counter.
  kIntegrated,  ///< Sampled power, integrated over time by us.
  kReported,    ///< Taken as given from another tool's record; how it was measured is not known.
  kModelled,    ///< Computed from utilisation, memory or time; nothing was metered.
  kAssumed,     ///< A constant, for want of anything better.
};

inline constexpr std::array<std::string_view, 5> kOriginNames = {"counter", "integrated",
                                                                 "reported", "modelled", "assumed"};

/// The word used in every output and accepted in every input.
constexpr std::string_view to_string(Origin origin) {
  return kOriginNames[static_cast<std::size_t>(origin)];
}

}  // namespace joulecast
