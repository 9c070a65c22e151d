#include "live/built_in_patterns.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>

#include "base/text.h"
#include "joulecast/live/output_watch.h"

namespace joulecast::live {
namespace {

using Number = std::optional<std::int64_t>;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

RE2::Options small() {
  constexpr std::int64_t kMemory = std::int64_t{512} << 10;
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMemory);
  return options;
}

// The groups of a match, from 1; empty where a group has no part in it.
constexpr std::size_t kMostGroups = 5;
using Groups = std::array<std::string_view, kMostGroups>;

class Expression {
 public:
  explicit Expression(const char* text) : regex_(text, small()) {}

  std::optional<Groups> match(std::string_view line) const {
    std::array<re2::StringPiece, kMostGroups> pieces;
    const int count = regex_.NumberOfCapturingGroups() + 1;
    if (!regex_.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED,
                      pieces.data(), count)) {
      return std::nullopt;
    }
    Groups groups;
    for (std::size_t i = 0; i < kMostGroups; ++i) groups[i] = {pieces[i].data(), pieces[i].size()};
    return groups;
  }
  bool finds(std::string_view line) const { return match(line).has_value(); }

 private:
  RE2 regex_;
};

Number whole(std::string_view digits) { return parse_integer(digits); }

std::optional<double> first_of(std::string_view line, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto number = number_after(line, name)) return number;
  }
  return std::nullopt;
}

void read_metrics(std::string_view line, Sighting& seen) {
  seen.loss = first_of(line, {"loss", "train_loss", "train_loss_epoch", "loss_epoch"});
  seen.validation_loss = first_of(line, {"val_loss", "eval_loss", "valid_loss"});
  seen.accuracy = first_of(line, {"val_accuracy", "val_acc", "eval_accuracy", "accuracy", "acc"});
}

void read_bar(const Number& step, const Number& total, Sighting& seen) {
  seen.step = step;
  seen.steps_total = total;
  seen.begins = step == 0;
  seen.ends = step && total && *step == *total && *step > 0;
}

// "Epoch 3/50", then "469/469 [====] - 2s 3ms/step - loss: 0.1 - val_loss: 0.2", rewritten as it
// grows; the last one comes again with the validation's figures.
class Keras : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    Sighting seen;
    if (const auto header = header_.match(line)) {
      seen.epoch = epoch_ = whole((*header)[1]);
      seen.epochs_total = whole((*header)[2]);
      seen.begins = true;
      return seen;
    }
    if (!epoch_) return std::nullopt;
    const auto bar = bar_.match(line);
    if (!bar) return std::nullopt;
    seen.epoch = epoch_;
    read_bar(whole((*bar)[1]), whole((*bar)[2]), seen);
    seen.begins = false;  // the header did
    read_metrics(line, seen);
    return seen;
  }

 private:
  Expression header_{R"(^\s*Epoch (\d{1,9})/(\d{1,9})\s*$)"};
  Expression bar_{R"(^\s*(\d{1,12})/(\d{1,12}) (?:\[[=>.]*\]|[━╸╺ ]+|-) )"};
  Number epoch_;
};

// "Epoch 3: 100%|###| 938/938 [00:10<00:00, 91.2it/s, v_num=0, train_loss=0.1]", again after the
// validation; or RichProgressBar's "Epoch 3/9 --- 938/938 0:00:10".
class Lightning : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    const auto bar = bar_.match(line);
    if (!bar) return std::nullopt;
    Sighting seen;
    seen.epoch = whole((*bar)[1]);
    read_bar(whole((*bar)[2]), whole((*bar)[3]), seen);
    read_metrics(line, seen);
    return seen;
  }

 private:
  Expression bar_{
      R"(^\s*Epoch (\d{1,9})(?::\s+\d+%\|[^|]*\||/-?\d+ [━╸╺ ]+)\s*(\d{1,12})/(\d{1,12}) )"};
};

// "{'loss': 0.4, ..., 'epoch': 1.0}", "{'eval_loss': 0.3, ..., 'epoch': 1.0}", and a bar without a
// name that counts the steps of the whole run.
class HuggingFace : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    Sighting seen;
    if (const auto bar = bar_.match(line)) {
      seen.step = whole((*bar)[1]);
      seen.steps_total = whole((*bar)[2]);
      if (!total_) total_ = seen.steps_total;
      if (seen.steps_total != total_) return std::nullopt;  // the evaluation's
      seen.steps_of_run = true;
      seen.is_sign = false;
      return seen;
    }
    if (!report_.finds(line)) return std::nullopt;
    const auto epoch = number_after(line, "epoch");
    constexpr double kMost = 1e9;
    if (!epoch || !(*epoch >= 0.0 && *epoch < kMost)) return std::nullopt;
    constexpr double kRounded = 0.005;  // epochs are printed with two digits
    const double whole = std::round(*epoch);
    seen.ends = std::abs(*epoch - whole) <= kRounded && whole > 0.0;
    seen.epoch = static_cast<std::int64_t>(seen.ends ? whole : std::floor(*epoch) + 1.0);
    read_metrics(line, seen);
    return seen;
  }

 private:
  Expression report_{R"(^\s*\{.*'(?:eval_)?loss': .*'epoch': )"};
  Expression bar_{R"(^\s*\d+%\|[^|]*\| (\d{1,12})/(\d{1,12}) \[)"};
  Number total_;
};

// "  1/100  2.36G  1.183 ...  640: 100%|###| 8/8 [...]", then "all  128  929  0.642 ...".
class Ultralytics : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    Sighting seen;
    if (const auto row = row_.match(line)) {
      seen.epoch = epoch_ = whole((*row)[1]);
      seen.epochs_total = whole((*row)[2]);
      read_bar(whole((*row)[3]), whole((*row)[4]), seen);
      return seen;
    }
    if (done_.finds(line)) epoch_.reset();  // what follows validates the best of all epochs again
    if (!epoch_ || !validated_.finds(line)) return std::nullopt;
    seen.epoch = epoch_;
    seen.ends = true;
    return seen;
  }

 private:
  Expression row_{
      R"(^\s*(\d{1,9})/(\d{1,9})\s+[\d.]+[GM]?\s+[\d.]+.*:\s+\d+%.*[^\d](\d{1,12})/(\d{1,12})[ \[])"};
  Expression validated_{R"(^\s*all\s+\d+\s+\d+(?:\s+[\d.]+){2,})"};
  Expression done_{R"(epochs completed in )"};
  Number epoch_;
};

// A table: "epoch  train_loss  valid_loss  accuracy  time", "0  0.573  0.431  0.861  00:12".
class FastAi : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    Sighting seen;
    if (header_.finds(line)) {
      fourth_is_accuracy_ = accuracy_.finds(line);
      return seen;
    }
    const auto row = row_.match(line);
    if (!row) return std::nullopt;
    const auto finite = [](std::string_view text) {
      const auto number = parse_number(text);
      return number && std::isfinite(*number) ? number : std::nullopt;
    };
    seen.epoch = whole((*row)[1]);
    seen.loss = finite((*row)[2]);
    seen.validation_loss = finite((*row)[3]);
    if (fourth_is_accuracy_) seen.accuracy = finite((*row)[4]);
    seen.ends = seen.at_once = true;
    return seen;
  }

 private:
  Expression header_{R"(^epoch\s+train_loss\s)"};
  Expression accuracy_{R"(^epoch\s+train_loss\s+valid_loss\s+accuracy\s)"};
  Expression row_{
      R"(^(\d{1,9})\s+(-?[\d.]+|nan|None|#na#)\s+(-?[\d.]+|nan|None|#na#)\s+(?:(-?[\d.]+|nan|None|#na#)\s+)?(?:\S+\s+)*\d+:\d\d(?::\d\d)?\s*$)"};
  bool fourth_is_accuracy_ = false;
};

// Any bar of tqdm's. "Epoch 3/50: 40%|...| 4/10 [": the bar is an epoch; "Epochs: 6%|..| 3/50 [":
// it counts epochs; any other: each time it is full an epoch has ended. The first bar that may be
// the training's is taken for it.
class Tqdm : public Recogniser {
 public:
  std::optional<Sighting> look(std::string_view line) override {
    const auto bar = bar_.match(line);
    if (!bar) return std::nullopt;
    const std::string name((*bar)[1]);
    const Number step = whole((*bar)[2]), total = whole((*bar)[3]);
    if (!step || !total || other_.finds(name)) return std::nullopt;
    Sighting seen;
    if (const auto numbered = numbered_.match(name)) {
      seen.epoch = whole((*numbered)[1]);
      seen.epochs_total = whole((*numbered)[2]);
      read_bar(step, total, seen);
      read_metrics(line, seen);
      return seen;
    }
    if (counts_epochs_.finds(name)) {
      seen.epochs_total = total;
      if (*step == 0) return seen;
      seen.epoch = step;
      seen.ends = true;
      return seen;
    }
    const std::string key = name + '/' + std::to_string(*total);
    if (key_.empty()) key_ = key;
    if (key != key_) return std::nullopt;
    if (*step < last_) ++epoch_;
    last_ = *step;
    seen.epoch = epoch_;
    read_bar(step, total, seen);
    seen.begins = false;  // it may be no epoch's bar after all
    read_metrics(line, seen);
    return seen;
  }

 private:
  Expression bar_{R"(^\s*(.*?):?\s*\d+%\|[^|]*\| (\d{1,12})/(\d{1,12}) \[)"};
  Expression other_{
      R"((?i)load|fetch|map|filter|token|generat|eval|valid|test|predict|sanity|cach|scan|extract|process)"};
  Expression numbered_{R"((?i)\bepochs?\b\s*[:\[#(]?\s*(\d{1,9})(?:\s*/\s*(\d{1,9}))?)"};
  Expression counts_epochs_{R"((?i)\bepochs?\b)"};
  std::string key_;
  std::int64_t last_ = 0, epoch_ = 1;
};

constexpr std::array<BuiltInPattern, 6> kPatterns = {{
    {"keras", "Keras 2 and 3: 'Epoch 3/50' and its progress lines, verbose=1 or 2"},
    {"lightning", "PyTorch Lightning's progress bar, plain or rich"},
    {"huggingface", "Hugging Face Trainer: its reports {'loss': ..., 'epoch': 1.0} and its bar"},
    {"ultralytics", "Ultralytics (YOLO): the table of epochs"},
    {"fastai", "fastai: the table of epochs"},
    {"tqdm", "any bar of tqdm's"},
}};

}  // namespace

std::span<const BuiltInPattern> built_in_patterns() { return kPatterns; }

std::unique_ptr<Recogniser> built_in_recogniser(std::string_view name) {
  if (name == "keras") return std::make_unique<Keras>();
  if (name == "lightning") return std::make_unique<Lightning>();
  if (name == "huggingface") return std::make_unique<HuggingFace>();
  if (name == "ultralytics") return std::make_unique<Ultralytics>();
  if (name == "fastai") return std::make_unique<FastAi>();
  if (name == "tqdm") return std::make_unique<Tqdm>();
  return nullptr;
}

std::optional<double> number_after(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != std::string_view::npos;
       at = line.find(name, at + 1)) {
    if (at > 0 && is_word(line[at - 1])) continue;
    std::string_view rest = line.substr(at + name.size());
    if (!rest.empty() && (rest.front() == '\'' || rest.front() == '"')) rest.remove_prefix(1);
    if (rest.empty() || (rest.front() != ':' && rest.front() != '=')) continue;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" '\""), rest.size()));
    const auto number = parse_number(rest.substr(0, rest.find_first_not_of("+-.eE0123456789")));
    if (number && std::isfinite(*number)) return number;
  }
  return std::nullopt;
}

}  // namespace joulecast::live
