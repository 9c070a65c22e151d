#include "joulecast/run/run.h"

#include <utility>

#include "joulecast/run/run_sink.h"

namespace joulecast {

const char* to_string(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::kGpu:
      return "gpu";
    case DeviceKind::kCpu:
      return "cpu";
    case DeviceKind::kRam:
      return "ram";
    case DeviceKind::kNode:
      return "node";
    case DeviceKind::kUnknown:
      break;
  }
  return "unknown";
}

const char* to_string(WorkUnit unit) {
  switch (unit) {
    case WorkUnit::kEpochs:
      return "epochs";
    case WorkUnit::kSteps:
      return "steps";
    case WorkUnit::kSamples:
      return "samples";
    case WorkUnit::kTokens:
      break;
  }
  return "tokens";
}

std::optional<double> work_of(const Epoch& epoch, WorkUnit unit) {
  switch (unit) {
    case WorkUnit::kEpochs:
      return 1.0;
    case WorkUnit::kSteps:
      return epoch.steps;
    case WorkUnit::kSamples:
      return epoch.samples;
    case WorkUnit::kTokens:
      break;
  }
  return epoch.tokens;
}

void TeeSink::device(const Device& device) {
  for (RunSink* sink : sinks_) sink->device(device);
}

void TeeSink::epoch(const Epoch& epoch) {
  for (RunSink* sink : sinks_) sink->epoch(epoch);
}

void TeeSink::sample(std::size_t device, double time_s, double power_w) {
  for (RunSink* sink : sinks_) sink->sample(device, time_s, power_w);
}

void RunCollector::device(const Device& device) {
  run_.traces.push_back({.device = device, .time_s = {}, .power_w = {}});
}

void RunCollector::epoch(const Epoch& epoch) { run_.epochs.push_back(epoch); }

void RunCollector::sample(std::size_t device, double time_s, double power_w) {
  Trace& trace = run_.traces[device];
  trace.time_s.push_back(time_s);
  trace.power_w.push_back(power_w);
}

Run RunCollector::take() { return std::exchange(run_, {}); }

std::optional<double> metric_of(const Epoch& epoch, std::string_view metric) {
  if (metric == "loss" || metric == "train_loss") return epoch.loss;
  if (metric == "val_loss" || metric == "eval_loss") return epoch.validation_loss;
  if (metric == "accuracy" || metric == "val_accuracy" || metric == "acc" || metric == "val_acc")
    return epoch.accuracy;
  return std::nullopt;
}

}  // namespace joulecast
