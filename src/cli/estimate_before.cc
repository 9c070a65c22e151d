#include "cli/estimate_before.h"

#include <utility>

#include "cli/set_up_machine.h"
#include "cli/set_up_options.h"
#include "cli/settings_file.h"
#include "joulecast/pre/training_estimate.h"

namespace joulecast::cli {
namespace {

Result<Forecast> total_of(pre::SaidSettings& said, const KnowledgeOptions& options,
                          std::vector<std::string>& notes) {
  if (const Status status = check_said(said); !status) return status.error();
  const auto knowledge = knowledge_of(options);
  if (!knowledge) return knowledge.error();
  notes.insert(notes.end(), knowledge->notes.begin(), knowledge->notes.end());
  said.try_emplace("host",
                   pre::Said{.value = host_name(), .origin = "this machine", .assumed = true});
  complete(said, *knowledge);
  const auto set_up = pre::set_up_of(said);
  if (!set_up) return set_up.error();
  auto made = pre::estimate_training(knowledge->estimator, *set_up);
  if (!made) return made.error();
  return std::move(made->total);
}

}  // namespace

std::map<std::string, std::string> set_up_record(const pre::SaidSettings& said) {
  std::map<std::string, std::string> set_up;
  for (const auto& [name, value] : said) set_up[name] = value.value;
  return set_up;
}

Result<EstimateBefore> estimate_before(const std::string& plan, const KnowledgeOptions& options) {
  auto said = pre::read_plan_file(plan);
  if (!said) return said.error();
  said->try_emplace("gpu", pre::Said{.value = "auto", .origin = "this machine", .assumed = true});
  if (const Status status = name_machine(*said); !status) return status.error();
  const auto set_up = pre::set_up_of(*said);
  if (!set_up) return set_up.error();
  EstimateBefore before;
  if (said->contains("epochs")) before.epochs = set_up->set_up.epochs;
  auto total = total_of(*said, options, before.notes);
  if (total) {
    before.estimate = std::move(total).value();
  } else {
    before.notes.push_back("no estimate is recorded: " + total.error().message);
  }
  before.set_up = set_up_record(*said);
  return before;
}

}  // namespace joulecast::cli
