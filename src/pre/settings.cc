#include "joulecast/pre/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/quantity_parse.h"
#include "base/text.h"
#include "joulecast/network/head.h"

namespace joulecast::pre {
namespace {

using Setter = Status (*)(SetUp& set_up, std::string_view text);

struct Known {
  Setting setting;
  Setter set;
};

Result<double> number(std::string_view text, double least, double most) {
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value)) return Error{fmt::format("{} is no number", quoted(text))};
  if (*value < least || *value > most) {
    return Error{fmt::format("{} must lie between {:g} and {:g}", quoted(text), least, most)};
  }
  return *value;
}

constexpr double kMostSamples = 1e15, kMostCount = 1e6;

Status set_number(double& field, std::string_view text, double least, double most) {
  const auto value = number(text, least, most);
  if (!value) return value.error();
  field = *value;
  return {};
}

template <typename Integer>
Status set_count(Integer& field, std::string_view text, double least, double most = kMostCount) {
  const auto value = number(text, least, most);
  if (!value) return value.error();
  if (*value != std::floor(*value)) {
    return Error{fmt::format("{} must be a whole number", quoted(text))};
  }
  field = static_cast<Integer>(*value);
  return {};
}

template <typename T>
Status set_word(T& field, const Result<T>& word) {
  if (!word) return word.error();
  field = *word;
  return {};
}

Status set_text(std::string& field, std::string_view text) {
  field = std::string(trim(text));
  return {};
}

Status set_image_size(SetUp& set_up, std::string_view text) {
  const std::size_t by = text.find('x');
  const std::string_view height = text.substr(0, by);
  const std::string_view width = by == std::string_view::npos ? height : text.substr(by + 1);
  if (Status status = set_count(set_up.image_height, height, 1); !status) return status;
  return set_count(set_up.image_width, width, 1);
}

Status set_width(SetUp& set_up, std::string_view text) {
  constexpr double kLeast = 0.01, kMost = 16.0;
  const auto value = number(text, kLeast, kMost);
  if (!value) return value.error();
  set_up.width = *value;
  return {};
}

Status set_factor(std::optional<double>& field, std::string_view text) {
  constexpr double kLeast = 0.01, kMost = 100.0;
  const auto value = number(text, kLeast, kMost);
  if (!value) return value.error();
  field = *value;
  return {};
}

Status set_epoch_time(SetUp& set_up, std::string_view text) {
  const auto time = parse_duration(text);
  if (!time) return time.error();
  if (!(time->value() > 0.0)) return Error{fmt::format("{} must be above 0 s", quoted(text))};
  set_up.epoch_time = *time;
  return {};
}

Status set_head(SetUp& set_up, std::string_view text) {
  auto head = network::parse_head(text);
  if (!head) return head.error();
  set_up.head = std::move(head).value();
  return {};
}

Status set_framework(SetUp& set_up, std::string_view text) {
  const std::string word = to_lower(trim(text));
  if (word != "pytorch" && word != "tensorflow") {
    return Error{fmt::format("{} is no framework: choose pytorch or tensorflow", quoted(text))};
  }
  set_up.framework = word;
  return {};
}

// A count of epochs, or a share: "10" or "13%".
Status set_frozen_epochs(SetUp& set_up, std::string_view text) {
  constexpr double kPercent = 100.0;
  const std::string_view said = trim(text);
  if (said.ends_with('%')) {
    const auto share = number(said.substr(0, said.size() - 1), 0.0, kPercent);
    if (!share) return share.error();
    set_up.frozen_epochs_share = *share / kPercent;
    return {};
  }
  const auto epochs = number(said, 0.0, kMostSamples);
  if (!epochs) return epochs.error();
  if (*epochs > set_up.epochs) {
    return Error{fmt::format("{} of {:g} epochs cannot be frozen", quoted(text), set_up.epochs)};
  }
  set_up.frozen_epochs_share = *epochs / set_up.epochs;
  return {};
}

Status set_frozen_layers(SetUp& set_up, std::string_view text) {
  constexpr double kPercent = 100.0;
  const std::string_view said = trim(text);
  const bool percent = said.ends_with('%');
  const auto share =
      number(percent ? said.substr(0, said.size() - 1) : said, 0.0, percent ? kPercent : 1.0);
  if (!share) return share.error();
  set_up.frozen_layers_share = percent ? *share / kPercent : *share;
  return {};
}

Status set_truth(bool& field, std::string_view text) {
  const std::string word = to_lower(trim(text));
  if (word != "true" && word != "false" && word != "yes" && word != "no") {
    return Error{fmt::format("{} must be true or false", quoted(text))};
  }
  field = word == "true" || word == "yes";
  return {};
}

Status set_power_limit(SetUp& set_up, std::string_view text) {
  const auto plain = parse_number(text);
  const auto power = plain ? Result<Watts>(Watts(*plain)) : parse_power(text);
  if (!power) return power.error();
  if (!(power->value() > 0.0) || !std::isfinite(power->value())) {
    return Error{fmt::format("{} must be above 0 W", quoted(text))};
  }
  set_up.power_limit = *power;
  return {};
}

// Applied in this order: what a later one refers to stands before it.
const Known kKnown[] = {
    {{"network", "NETWORK", "A name (joulecast network --list), an ONNX file or a config.json", ""},
     [](SetUp& s, std::string_view t) { return set_text(s.network, t); }},
    {{"width", "X", "Width multiplier, of MobileNetV2", ""}, set_width},
    {{"head", "UNITS", "Classifier in place of the network's own: 512,10 or flatten,2048,bn,10",
      "the network's own head"},
     set_head},
    {{"gpu", "NAME", "joulecast hardware lists them; auto: this machine's; cpu: its CPU", ""},
     [](SetUp& s, std::string_view t) { return set_text(s.gpu, t); }},
    {{"gpus", "N", "How many of them, data-parallel", "one GPU"},
     [](SetUp& s, std::string_view t) { return set_count(s.gpus, t, 1); }},
    {{"power_limit", "W", "Of each GPU, as nvidia-smi -pl sets it", "no power limit below the TDP"},
     set_power_limit},
    {{"host", "NAME", "The machine, as earlier runs name it", "a machine not measured yet"},
     [](SetUp& s, std::string_view t) { return set_text(s.host, t); }},
    {{"host_memory", "GB", "Memory of the machine", ""},
     [](SetUp& s, std::string_view t) {
       return set_number(s.host_memory_gb, t, 0.0, kMostSamples);
     }},
    {{"host_dispatch", "X",
      "Its time to dispatch an operator, over that of a desktop of 2020; left out: as 'joulecast "
      "calibrate host' measured it here",
      ""},
     [](SetUp& s, std::string_view t) { return set_factor(s.host_dispatch, t); }},
    {{"host_pipeline", "X", "Likewise its time to decode and augment an image", ""},
     [](SetUp& s, std::string_view t) { return set_factor(s.host_pipeline, t); }},
    {{"framework", "NAME", "pytorch or tensorflow", "PyTorch"}, set_framework},
    {{"dataset", "NAME", "A name, to group rows by", ""},
     [](SetUp& s, std::string_view t) { return set_text(s.dataset, t); }},
    {{"batch_size", "N", "Samples of a step, on each GPU", "batch size 32"},
     [](SetUp& s, std::string_view t) { return set_count(s.batch_size, t, 1); }},
    {{"image_size", "N[xM]", "Height and width of the images", "the network's usual input size"},
     set_image_size},
    {{"sequence_length", "N", "Tokens of a sample", ""},
     [](SetUp& s, std::string_view t) { return set_count(s.sequence_length, t, 1); }},
    {{"train_size", "N", "Samples that an epoch trains on", ""},
     [](SetUp& s, std::string_view t) { return set_number(s.train_size, t, 1, kMostSamples); }},
    {{"val_size", "N", "Samples of a validation", "no validation"},
     [](SetUp& s, std::string_view t) {
       return set_number(s.validation_size, t, 0, kMostSamples);
     }},
    {{"validations_per_epoch", "X", "How often it validates", ""},
     [](SetUp& s, std::string_view t) {
       return set_number(s.validations_per_epoch, t, 0, kMostCount);
     }},
    {{"epochs", "N", "How many epochs", "one epoch"},
     [](SetUp& s, std::string_view t) {
       constexpr double kLeastEpochs = 1e-6;
       return set_number(s.epochs, t, kLeastEpochs, kMostSamples);
     }},
    {{"optimizer", "NAME", "sgd, momentum, adam, adamw, adadelta or rmsprop", "SGD with momentum"},
     [](SetUp& s, std::string_view t) { return set_word(s.optimizer, optimizer_of(trim(t))); }},
    {{"precision", "NAME", "fp32, tf32, fp16, bf16 or fp8", "FP32"},
     [](SetUp& s, std::string_view t) { return set_word(s.precision, precision_of(trim(t))); }},
    {{"frozen_epochs", "N|P%", "Epochs in which only the head trains", "nothing frozen"},
     set_frozen_epochs},
    {{"frozen_layers", "SHARE", "Share of the layers that never trains", ""}, set_frozen_layers},
    {{"pipeline", "NAME",
      "Where each step's input comes from: synthetic (on the GPU), cached, "
      "augmented or decoded",
      "input from the host's memory"},
     [](SetUp& s, std::string_view t) { return set_word(s.pipeline, input_pipeline_of(trim(t))); }},
    {{"workers", "N", "Processes that prepare the input", ""},
     [](SetUp& s, std::string_view t) { return set_count(s.workers, t, 0); }},
    {{"gradient_accumulation", "N", "Steps before the optimizer's", ""},
     [](SetUp& s, std::string_view t) { return set_count(s.gradient_accumulation, t, 1); }},
    {{"checkpointing", "BOOL", "Activations are computed again in the backward pass", ""},
     [](SetUp& s, std::string_view t) { return set_truth(s.checkpointing, t); }},
    {{"epoch_time", "TIME",
      "Of an epoch, where you timed one (90s, 12min): watts remain to be estimated", ""},
     set_epoch_time},
};

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

Status contradictions(const SetUp& set_up, const SaidSettings& said) {
  const double step = static_cast<double>(set_up.batch_size) * set_up.gpus;
  if (said.contains("train_size") && step > set_up.train_size) {
    return Error{fmt::format(
        "a step takes {:g} samples and an epoch has {:g}: mend --batch-size or --train-size", step,
        set_up.train_size)};
  }
  if (set_up.network.empty()) {
    return Error{"which network? name one (joulecast network --list) or give an ONNX file"};
  }
  return {};
}

}  // namespace

std::span<const Setting> settings() {
  static const std::vector<Setting> all_settings = [] {
    std::vector<Setting> all;
    for (const Known& known : kKnown) all.push_back(known.setting);
    return all;
  }();
  return all_settings;
}

Result<SaidSetUp> set_up_of(const SaidSettings& said) {
  SaidSetUp result;
  for (const Known& known : kKnown) {
    const auto found = said.find(known.setting.name);
    if (found == said.end()) {
      if (!known.setting.otherwise.empty()) result.assumed.emplace_back(known.setting.otherwise);
      continue;
    }
    if (const Status status = known.set(result.set_up, found->second.value); !status) {
      return Error{fmt::format("{}: {}", found->second.origin, status.error().message)};
    }
    if (found->second.assumed) {
      result.assumed.push_back(fmt::format("{} {} ({})", words(found->first), found->second.value,
                                           found->second.origin));
    } else {
      result.said.push_back(found->first);
    }
  }
  if (Status status = contradictions(result.set_up, said); !status) return status.error();
  return result;
}

}  // namespace joulecast::pre
