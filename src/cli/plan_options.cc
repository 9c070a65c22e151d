#include "cli/plan_options.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "cli/command.h"

namespace joulecast::cli {

void PlanOptions::add_to(CLI::App& command, const std::string& without_total) {
  CLI::Option_group* whole = command.add_option_group("The whole training", without_total);
  whole->add_option("--epochs", epochs_, "Epochs of the whole training")
      ->type_name("N")
      ->check(above_zero());
  whole->add_option("--steps", steps_, "Steps; each block must say how many it holds")
      ->type_name("N")
      ->check(above_zero());
  whole->add_option("--samples", samples_, "Samples, likewise")
      ->type_name("N")
      ->check(above_zero());
  whole->add_option("--tokens", tokens_, "Tokens, likewise")->type_name("N")->check(above_zero());
  whole->require_option(0, 1);
  command
      .add_option("--phases", phases_,
                  "Lengths of the phases, * for the rest: 10,* is ten frozen epochs and "
                  "then the others; left out, changes are looked for")
      ->type_name("LIST");
  command
      .add_option("--evaluate-every", evaluate_every_,
                  "An evaluation follows every K epochs (or other units)")
      ->type_name("K")
      ->check(above_zero());
  command
      .add_option("--early-stopping", early_stopping_,
                  "The stopping rule in force: patience=20,metric=val_loss,mode=min,max=150")
      ->type_name("RULE");
}

Status PlanOptions::read() {
  for (const auto& [given, of_unit] : {std::pair{epochs_, WorkUnit::kEpochs},
                                       {steps_, WorkUnit::kSteps},
                                       {samples_, WorkUnit::kSamples},
                                       {tokens_, WorkUnit::kTokens}}) {
    if (given <= 0.0) continue;
    if (of_unit == WorkUnit::kEpochs && given != std::floor(given)) {
      return Error{fmt::format("--epochs {}: give a whole number of epochs", given)};
    }
    unit = of_unit;
    total = given;
  }
  if (evaluate_every_ > 0.0) evaluate_every = evaluate_every_;
  if (!phases_.empty()) {
    if (Status status = read_phases(); !status) return status;
  }
  if (!early_stopping_.empty()) {
    auto rule = step::parse_early_stopping(early_stopping_);
    if (!rule) return rule.error();
    early_stopping = *rule;
  }
  return {};
}

// "10,*": ten units, then the rest.
Status PlanOptions::read_phases() {
  std::string_view rest = phases_;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view field = trim(rest.substr(0, comma));
    const bool last = comma == std::string_view::npos;
    if (field == "*" && last && !phases.empty()) {
      open_phases = true;
    } else if (const auto number = parse_number(field); number && *number > 0.0) {
      phases.push_back(*number);
    } else {
      return Error{fmt::format(
          "--phases {}: {} is not the length of a phase; write lengths above 0 and at the end * "
          "for the rest, like 10,*",
          phases_, quoted(field))};
    }
    if (last) return {};
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace joulecast::cli
