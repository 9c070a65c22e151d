#include "cli/set_up_options.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulecast::cli {
namespace {

std::string flag_of(std::string_view setting) {
  std::string flag = "--" + std::string(setting);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace

Status check_said(const pre::SaidSettings& said) {
  if (!said.contains("gpu")) {
    return Error{"which GPU? --gpu \"RTX 3090\", --gpu auto for this machine's, or --gpu cpu"};
  }
  if (!said.contains("train_size")) {
    return Error{"how many samples does an epoch train on? --train-size N"};
  }
  return {};
}

void SetUpOptions::add_to(CLI::App& command) {
  command.add_option("--plan", plan_, "A TOML file of the options below, with _ for -")
      ->type_name("FILE")
      ->group("What is trained");
  for (const pre::Setting& setting : pre::settings()) {
    const bool first = setting.name == "network";
    const std::string flag = first ? std::string(setting.name) : flag_of(setting.name);
    std::string about(setting.about);
    if (!setting.otherwise.empty()) about += fmt::format(" (default: {})", setting.otherwise);
    auto* option = command.add_option(flag, values_[std::string(setting.name)], about);
    option->type_name(std::string(setting.type));
    if (!first) option->group("What is trained");
  }
}

Result<pre::SaidSettings> SetUpOptions::read() const {
  pre::SaidSettings said;
  if (!plan_.empty()) {
    auto plan = pre::read_plan_file(plan_);
    if (!plan) return plan.error();
    said = std::move(plan).value();
  }
  for (const auto& [name, value] : values_) {
    if (!value.empty()) said[name] = {value, name == "network" ? "NETWORK" : flag_of(name)};
  }
  return said;
}

}  // namespace joulecast::cli
