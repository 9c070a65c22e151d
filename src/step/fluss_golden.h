// Golden values from the reference library, for tests: see tools/golden/fluss_golden.py.
#pragma once

#include <cstddef>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace joulecast::step {

/// One trace and what the reference gave for it.
struct GoldenTrace {
  std::string kind;  // "fluss" or "floss"
  std::string name;
  std::map<std::string, std::vector<double>> values;

  /// In watts.
  std::vector<double> series() const {
    std::vector<double> watts;
    for (const double hundredths : values.at("series")) {
      watts.push_back(hundredths < 0 ? std::numeric_limits<double>::quiet_NaN() : hundredths / 100);
    }
    return watts;
  }
  double value(const std::string& key) const { return values.at(key).front(); }
  std::size_t size(const std::string& key) const { return static_cast<std::size_t>(value(key)); }
};

/// The traces of one kind; none if the file cannot be read.
inline std::vector<GoldenTrace> golden_traces(const std::string& kind) {
  std::ifstream file(JOULECAST_SOURCE_DIR "/tests/data/fluss_golden.txt");
  std::vector<GoldenTrace> traces;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "#") continue;
    if (key == "fluss" || key == "floss") {
      traces.emplace_back().kind = key;
      words >> traces.back().name;
      continue;
    }
    for (double value = 0; words >> value;) traces.back().values[key].push_back(value);
  }
  std::erase_if(traces, [&](const GoldenTrace& trace) { return trace.kind != kind; });
  return traces;
}

}  // namespace joulecast::step
