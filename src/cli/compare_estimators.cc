#include "cli/compare_estimators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <utility>

#include "pre/table_groups.h"

namespace joulecast::cli {
namespace {

Result<pre::Table> read_tables(const std::vector<std::string>& files, const std::string& columns) {
  std::optional<pre::Table> all;
  for (const std::string& file : files) {
    auto table = pre::read_table(file, columns);
    if (!table) return table.error();
    if (all) {
      pre::append(*all, std::move(table).value());
    } else {
      all = std::move(table).value();
    }
  }
  return std::move(*all);
}

std::string file_names(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const std::string& file : files) {
    names.push_back(std::filesystem::path(file).filename().string());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// What an estimator file's method is called here; empty: the comparison has no place for it.
std::string method_of(const std::string& estimator) {
  static const std::map<std::string, std::string> names = {{"joulecast", "joulecast-estimate"},
                                                           {"krr", "pre-krr-epoch"},
                                                           {"svr", "pre-svr-epoch"},
                                                           {"linear", "pre-linear-epoch"}};
  const auto found = names.find(estimator);
  return found == names.end() ? std::string() : found->second;
}

}  // namespace

Status CompareEstimators::fit(const CompareFitRequest& request,
                              const std::set<std::string>& scored) {
  const auto table = read_tables(request.tables, request.columns);
  if (!table) return table.error();
  std::vector<bool> out(table->observations.size(), false);
  if (!request.without.empty()) {
    auto left_out = pre::rows_where(*table, request.without);
    if (!left_out) return left_out.error();
    out = std::move(left_out).value();
  }
  std::vector<pre::Observation> rows;
  std::size_t overlapping = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i]) continue;
    if (scored.contains(pre::configuration_of(table->observations[i].set_up))) {
      ++overlapping;
      continue;
    }
    rows.push_back(table->observations[i]);
  }
  const std::string names = file_names(request.tables);
  if (rows.empty()) return Error{fmt::format("{}: no row is left to fit on", names)};
  if (overlapping > 0) {
    notes_.push_back(
        fmt::format("{} rows of {} are of set-ups that are judged here, and were left "
                    "out of the fit",
                    overlapping, names));
  }
  auto fitted = analysis::FittedMethods::fit(rows);
  if (!fitted) return fitted.error();
  notes_.insert(notes_.end(), fitted->notes().begin(), fitted->notes().end());
  fitted_ = std::move(fitted).value();
  fitted_on_ = names;
  if (!request.without.empty()) {
    fitted_on_ += fmt::format(" without {}", fmt::join(request.without, ", "));
  }
  fitted_on_ += fmt::format(": {} rows", rows.size());
  return {};
}

Status CompareEstimators::load(const std::string& file) {
  auto estimator = pre::load_estimator(file);
  if (!estimator) return estimator.error();
  file_method_ = method_of(estimator->method(pre::Target::kEpochEnergy));
  if (file_method_.empty()) {
    return Error{
        fmt::format("{}: its method, {}, is not one that is compared: fit with "
                    "--estimator joulecast, krr, svr or linear",
                    file, estimator->method(pre::Target::kEpochEnergy))};
  }
  std::vector<std::string> sources;
  for (const pre::FitSource& source : estimator->provenance().sources) {
    sources.push_back(fmt::format("{}: {} rows", source.name, source.rows));
  }
  file_fitted_on_ = fmt::format("{}", fmt::join(sources, ", "));
  notes_.push_back(
      fmt::format("{} was fitted on {}: it is judged fairly only if none of these "
                  "runs is among them",
                  file, file_fitted_on_));
  file_ = std::move(estimator).value();
  return {};
}

Result<CompareEstimators> CompareEstimators::make(const CompareFitRequest& request,
                                                  const std::set<std::string>& scored) {
  CompareEstimators estimators;
  if (!request.tables.empty()) {
    if (Status status = estimators.fit(request, scored); !status) return status.error();
  }
  if (!request.file.empty()) {
    if (Status status = estimators.load(request.file); !status) return status.error();
  }
  return estimators;
}

std::vector<analysis::MethodAnswer> CompareEstimators::answers(const pre::SetUp& set_up,
                                                               double epochs,
                                                               Seconds duration) const {
  std::vector<analysis::MethodAnswer> answers;
  if (fitted_) answers = fitted_->answers(set_up, epochs, duration);
  if (!file_) return answers;
  std::erase_if(answers, [this](const auto& one) { return one.method == file_method_; });
  const auto answer = file_->answer(set_up, pre::Target::kEpochEnergy);
  if (!answer) return answers;
  analysis::MethodAnswer said{.method = file_method_,
                              .energy = Joules(epochs * answer->value),
                              .low = {},
                              .high = {},
                              .spent = 0.0};
  if (answer->low) said.low = Joules(epochs * *answer->low);
  if (answer->high) said.high = Joules(epochs * *answer->high);
  answers.push_back(std::move(said));
  return answers;
}

const std::string& CompareEstimators::fitted_on(const std::string& method) const {
  return method == file_method_ ? file_fitted_on_ : fitted_on_;
}

}  // namespace joulecast::cli
