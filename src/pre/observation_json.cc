#include "pre/observation_json.h"

#include <cmath>

#include "joulecast/network/head.h"

namespace joulecast::pre {
namespace {

using Json = nlohmann::json;

// Everything below is a count or a quantity that cannot be negative.
constexpr double kLeast = 0.0;
constexpr double kMostCount = 9e15;  // below 2^53

double or_zero(const std::optional<double>& value) { return value.value_or(0.0); }
template <typename Q>
double or_zero(const std::optional<Q>& value) {
  return value ? value->value() : 0.0;
}

template <typename Integer>
void read_count(JsonFields& fields, const char* name, Integer& count) {
  const double number = fields.number(name, kLeast);
  if (number > kMostCount || number != std::floor(number)) return fields.refuse(name, "no count");
  count = static_cast<Integer>(number);
}

void read_above_zero(JsonFields& fields, const char* name, std::optional<double>& value) {
  const double number = fields.number(name, kLeast);
  if (number > 0.0) value = number;
}
template <typename Q>
void read_above_zero(JsonFields& fields, const char* name, std::optional<Q>& value) {
  const double number = fields.number(name, kLeast);
  if (number > 0.0) value = Q(number);
}

template <typename Word, typename Parse>
void read_word(JsonFields& fields, const char* name, Word& word, Parse parse) {
  const auto known = parse(fields.text(name));
  if (known) {
    word = *known;
  } else {
    fields.refuse(name, "not known");
  }
}

void read_trained(JsonFields& fields, SetUp& set_up) {
  set_up.network = fields.text("network");
  read_above_zero(fields, "width", set_up.width);
  if (const std::string head = fields.text("head"); !head.empty()) {
    auto read = network::parse_head(head);
    if (!read) return fields.refuse("head", "no head");
    set_up.head = std::move(read).value();
  }
  set_up.framework = fields.text("framework");
  set_up.dataset = fields.text("dataset");
  read_count(fields, "batch_size", set_up.batch_size);
  read_count(fields, "image_height", set_up.image_height);
  read_count(fields, "image_width", set_up.image_width);
  read_count(fields, "sequence_length", set_up.sequence_length);
  set_up.train_size = fields.number("train_size", kLeast);
  set_up.validation_size = fields.number("validation_size", kLeast);
  set_up.validations_per_epoch = fields.number("validations_per_epoch", kLeast);
  set_up.epochs = fields.number("epochs", kLeast);
  read_word(fields, "optimizer", set_up.optimizer, optimizer_of);
  read_word(fields, "precision", set_up.precision, precision_of);
  set_up.frozen_epochs_share = fields.number("frozen_epochs_share", kLeast);
  set_up.frozen_layers_share = fields.number("frozen_layers_share", kLeast);
  read_word(fields, "pipeline", set_up.pipeline, input_pipeline_of);
  read_count(fields, "workers", set_up.workers);
  read_count(fields, "gradient_accumulation", set_up.gradient_accumulation);
  set_up.checkpointing = fields.boolean("checkpointing");
}

void read_machine(JsonFields& fields, SetUp& set_up) {
  set_up.gpu = fields.text("gpu");
  set_up.host = fields.text("host");
  read_count(fields, "gpus", set_up.gpus);
  read_above_zero(fields, "power_limit_w", set_up.power_limit);
  set_up.host_memory_gb = fields.number("host_memory_gb", kLeast);
  set_up.stack = fields.text("stack");
  read_above_zero(fields, "host_dispatch", set_up.host_dispatch);
  read_above_zero(fields, "host_pipeline", set_up.host_pipeline);
}

}  // namespace

Json observation_json(const Observation& observation) {
  const SetUp& set_up = observation.set_up;
  return {{"network", set_up.network},
          {"width", or_zero(set_up.width)},
          {"head", set_up.head ? network::to_string(*set_up.head) : ""},
          {"framework", set_up.framework},
          {"dataset", set_up.dataset},
          {"batch_size", set_up.batch_size},
          {"image_height", set_up.image_height},
          {"image_width", set_up.image_width},
          {"sequence_length", set_up.sequence_length},
          {"train_size", set_up.train_size},
          {"validation_size", set_up.validation_size},
          {"validations_per_epoch", set_up.validations_per_epoch},
          {"epochs", set_up.epochs},
          {"optimizer", to_string(set_up.optimizer)},
          {"precision", network::to_string(set_up.precision)},
          {"frozen_epochs_share", set_up.frozen_epochs_share},
          {"frozen_layers_share", set_up.frozen_layers_share},
          {"pipeline", to_string(set_up.pipeline)},
          {"workers", set_up.workers},
          {"gradient_accumulation", set_up.gradient_accumulation},
          {"checkpointing", set_up.checkpointing},
          {"gpu", set_up.gpu},
          {"host", set_up.host},
          {"gpus", set_up.gpus},
          {"power_limit_w", or_zero(set_up.power_limit)},
          {"host_memory_gb", set_up.host_memory_gb},
          {"stack", set_up.stack},
          {"host_dispatch", or_zero(set_up.host_dispatch)},
          {"host_pipeline", or_zero(set_up.host_pipeline)},
          {"source", observation.source},
          {"meter", observation.meter},
          {"row", observation.row},
          {"power_w", or_zero(observation.power)},
          {"epoch_energy_j", or_zero(observation.epoch_energy)},
          {"stable_epoch_energy_j", or_zero(observation.stable_epoch_energy)},
          {"epoch_time_s", or_zero(observation.epoch_time)}};
}

Observation read_observation(JsonFields& fields) {
  Observation observation;
  read_trained(fields, observation.set_up);
  read_machine(fields, observation.set_up);
  observation.source = fields.text("source");
  observation.meter = fields.text("meter");
  read_count(fields, "row", observation.row);
  read_above_zero(fields, "power_w", observation.power);
  read_above_zero(fields, "epoch_energy_j", observation.epoch_energy);
  read_above_zero(fields, "stable_epoch_energy_j", observation.stable_epoch_energy);
  read_above_zero(fields, "epoch_time_s", observation.epoch_time);
  return observation;
}

}  // namespace joulecast::pre
