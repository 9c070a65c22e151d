// Tests only: the prototype's operator tables and the published recordings, read from where
// research is shared. Absent on other machines: tests that need them are skipped.
#pragma once

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "joulecast/hardware/gpu.h"
#include "joulecast/network/network.h"
#include "joulecast/pre/set_up.h"

namespace joulecast::pre::prototype {

inline std::filesystem::path shared_folder() {
  return std::filesystem::path(JOULECAST_SOURCE_DIR).parent_path() / "shared";
}
inline std::filesystem::path folder() { return shared_folder() / "prototype" / "estimator"; }

/// One line of a CSV by column names.
using CsvRow = std::map<std::string, std::string>;

inline std::vector<CsvRow> read_csv(const std::filesystem::path& file) {
  std::vector<CsvRow> rows;
  auto source = open_file(file);
  if (!source) return rows;
  auto reader = CsvReader::open(LineReader(std::move(*source)));
  if (!reader) return rows;
  while (reader->next() == LineReader::Step::kLine) {
    CsvRow row;
    for (std::size_t i = 0; i < reader->header().size(); ++i) {
      row[reader->header()[i]] = std::string(reader->row().at(i).text);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

inline double number(const CsvRow& row, const std::string& column) {
  return std::stod(row.at(column));
}

/// The sheets that the prototype was fitted with.
inline Result<hardware::Gpu> gpu(const SetUp& set_up) {
  const auto sheet = [&](const char* generation, double tflops, double gb_s, int units,
                         double tdp) {
    hardware::Gpu gpu;
    gpu.name = set_up.gpu;
    gpu.architecture = generation;
    gpu.fp32_tflops = tflops;
    gpu.memory_bandwidth_gb_s = gb_s;
    gpu.units = units;
    gpu.tdp = Watts(tdp);
    return gpu;
  };
  if (set_up.gpu == "GTX 750 Ti") return sheet("Maxwell", 1.389, 86.4, 5, 60);
  if (set_up.gpu == "RTX 3070") return sheet("Ampere", 20.31, 448, 46, 220);
  if (set_up.gpu == "RTX 3090") return sheet("Ampere", 35.58, 936.2, 82, 350);
  return Error{set_up.gpu + ": not among the prototype's GPUs"};
}

inline network::OperatorClass kind_of(const std::string& kind) {
  using network::OperatorClass;
  if (kind == "conv") return OperatorClass::kConvolution;
  if (kind == "dw") return OperatorClass::kDepthwiseConvolution;
  if (kind == "bn") return OperatorClass::kNormalisation;
  if (kind == "act" || kind == "add") return OperatorClass::kElementWise;
  if (kind == "pool" || kind == "gap") return OperatorClass::kReduction;
  return OperatorClass::kDataMovement;
}

inline network::Operator operator_of(const CsvRow& row) {
  const std::string& kind = row.at("kind");
  network::Operator op;
  op.name = row.at("name");
  op.kind = kind_of(kind);
  op.type = kind == "add" ? "Add" : kind == "gap" ? "GlobalAveragePool" : kind;
  op.flops = number(row, "flops");
  op.macs = op.flops / 2.0;
  op.input_elements = number(row, "nin");
  op.output_elements = number(row, "nout");
  op.parameters = number(row, "tr");
  op.buffers = number(row, "par") - op.parameters;
  op.parameter_tensors = static_cast<int>(number(row, "nw"));
  op.kernel_size = number(row, "k");
  op.out_channels = number(row, "cout");
  op.positions = number(row, "hw");
  return op;
}

inline void add_dense(network::Network& network, double in, double out) {
  network::Operator op;
  op.name = "dense" + std::to_string(network.operators.size());
  op.type = "Gemm";
  op.kind = network::OperatorClass::kGemm;
  op.macs = in * out;
  op.parameters = in * out + out;
  op.positions = 1.0;
  op.in_head = true;
  network.operators.push_back(op);
}

/// The table of the set-up's network and image size, with its head.
inline Result<network::Network> network(const SetUp& set_up) {
  const auto side = static_cast<double>(set_up.image_height);
  network::Network network;
  network.name = set_up.network;
  network.input_elements = 3.0 * side * side;
  for (const CsvRow& row :
       read_csv(folder() / "ops" /
                ("ops_" + set_up.network + "_" + std::to_string(set_up.image_height) + ".csv"))) {
    network.operators.push_back(operator_of(row));
  }
  if (network.operators.empty()) return Error{set_up.network + ": no table of the prototype"};
  const network::Operator& last = network.operators.back();
  const std::map<std::string, double> channels = {{"mobilenet_v2", 1280}, {"nasnet_mobile", 1056},
                                                  {"xception", 2048},     {"resnet50", 2048},
                                                  {"vgg16", 512},         {"inception_v3", 2048}};
  double width = channels.at(set_up.network);
  if (set_up.head->pooling == network::Head::Pooling::kFlatten) width = last.output_elements;
  for (const std::int64_t units : set_up.head->units) {
    add_dense(network, width, static_cast<double>(units));
    width = static_cast<double>(units);
  }
  return network;
}

inline network::Head head_of(const std::string& architecture, const std::string& dataset) {
  network::Head head;
  if (architecture == "inception_v3") {
    head.pooling = network::Head::Pooling::kFlatten;
    if (dataset == "caltech101") head.units = {2048, 1024, 102};
    if (dataset != "caltech101") head.units = {2048, 2048, 120};
    return head;
  }
  head.units = {512, 1};
  if (architecture == "xception") head.units = {1024, 1};
  if (architecture == "resnet50") head.units = {1024, 512, 1};
  if (architecture == "vgg16") head.units = {1};
  return head;
}

/// A row of delrey2025 as the prototype understood it.
inline Observation observation_of(const CsvRow& row) {
  Observation observation;
  SetUp& set_up = observation.set_up;
  set_up.network = row.at("architecture");
  set_up.gpu = row.at("gpu_model");
  set_up.dataset = row.at("dataset");
  set_up.framework = "tensorflow";
  set_up.head = head_of(set_up.network, set_up.dataset);
  set_up.batch_size = std::stoll(row.at("batch_size"));
  set_up.image_height = set_up.image_width = std::stoll(row.at("image_size"));
  set_up.train_size = number(row, "train_size");
  set_up.validation_size = number(row, "val_size");
  set_up.host_memory_gb = number(row, "total_ram_gb");
  set_up.recorded_gflops = number(row, "gflops_forward");
  const bool fine_tuned = set_up.dataset == "chesslive";
  set_up.optimizer = fine_tuned ? Optimizer::kMomentum : Optimizer::kAdam;
  set_up.frozen_epochs_share = fine_tuned ? 10.0 / 75.0 : 1.0;
  set_up.pipeline = fine_tuned ? InputPipeline::kAugmented : InputPipeline::kCached;
  observation.source = "delrey2025";
  observation.meter = "nvml+ram";
  observation.power = Watts(number(row, "avg_gpu_power_w"));
  observation.epoch_energy = Joules(1e3 * number(row, "avg_epoch_energy_kj"));
  observation.stable_epoch_energy = Joules(1e3 * number(row, "avg_stable_epoch_energy_kj"));
  return observation;
}

/// All 857 rows; empty where the shared folder is not there.
inline std::vector<Observation> observations() {
  std::vector<Observation> all;
  for (const CsvRow& row : read_csv(shared_folder() / "data" / "delrey2025" / "runs.csv")) {
    all.push_back(observation_of(row));
    all.back().row = static_cast<std::int64_t>(all.size());
  }
  return all;
}

}  // namespace joulecast::pre::prototype
