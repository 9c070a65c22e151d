// Our FLOPs against those recorded with published trainings.

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "joulecast/network/named.h"
#include "joulecast/network/head.h"
#include "shared_data.h"

namespace joulecast {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

// As the trainings' authors built them.
const std::map<std::string, const char*> kHeads = {{"inception_v3", "flatten,2048,bn,1024,bn,102"},
                                                   {"mobilenet_v2", "512,1"},
                                                   {"nasnet_mobile", "512,1"},
                                                   {"resnet50", "1024,512,1"},
                                                   {"vgg16", "1"},
                                                   {"xception", "1024,1"}};

// 2 x MACs in thousands of millions: what was recorded, but for pooling, biases and norms.
double gflops(const std::string& architecture, std::int64_t image_size) {
  network::NetworkOptions options;
  options.image_height = image_size;
  options.head = *network::parse_head(kHeads.at(architecture));
  if (architecture == "mobilenet_v2") options.width = 0.5;
  const auto network = network::load_network("keras/" + architecture, options);
  EXPECT_TRUE(network.ok()) << network.error().message;
  return network.ok() ? 2.0 * network::totals(*network).macs / 1e9 : 0.0;
}

TEST(Networks, HaveTheRecordedFlops) {
  JOULECAST_NEEDS_SHARED_DATA("delrey2025/runs.csv");
  std::ifstream file(shared_data() / "delrey2025/runs.csv");
  std::string line;
  std::getline(file, line);
  std::map<std::string, std::size_t> column;
  for (const std::string& name : split(line)) column.emplace(name, column.size());
  std::map<std::string, double> ours;  // by architecture and size
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    const auto fields = split(line);
    const std::string& architecture = fields[column["architecture"]];
    const std::string& size = fields[column["image_size"]];
    const double recorded = std::stod(fields[column["gflops_forward"]]);
    const auto [known, is_new] = ours.try_emplace(architecture + " " + size, 0.0);
    if (is_new) {
      known->second = gflops(architecture, std::stoll(size));
      std::printf("%s: %.6f, recorded %.6f, %+.2f %%\n", known->first.c_str(), known->second,
                  recorded, 100.0 * (known->second / recorded - 1.0));
    }
    constexpr double kTolerance = 0.02;
    EXPECT_LT(std::abs(known->second / recorded - 1.0), kTolerance) << line;
    ++rows;
  }
  EXPECT_EQ(ours.size(), 8U);
  EXPECT_GT(rows, 800U);
}

}  // namespace
}  // namespace joulecast
