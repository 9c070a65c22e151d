// The words and figures that text and page of a comparison share.
#pragma once

#include <string>
#include <vector>

#include "report/compare.h"

namespace joulecast::report {

using TextRow = std::vector<std::string>;

/// "0.27 %", "12 %"; absent: "-".
std::string compare_percent(double share);
std::string compare_percent(const std::optional<double>& share);
/// "before", "7.1 %", "at the end": of a training's joules.
std::string spent_text(double spent);
/// "5.3 (4.1 - 6.7)"
std::string ratio_text(const std::optional<analysis::ErrorRatio>& ratio);

/// The table over all trainings, with its head.
std::vector<TextRow> score_rows(const CompareReport& report);
/// The table of one training.
std::vector<TextRow> training_rows(const CompareReport& report, std::size_t training);
/// Who was told and fitted on what: "true duration: green-algorithms, ml-co2".
std::vector<std::string> told_lines(const CompareReport& report);
std::vector<std::string> fitted_lines(const CompareReport& report);
/// Whether each published and own method is a factor of two better, a line each.
std::vector<std::string> verdict_lines(const CompareReport& report);
/// "150 trainings; ratios: 90 % bootstrap intervals over 49 groups, 1000 draws, seed 0"
std::string conditions_line(const CompareReport& report);

}  // namespace joulecast::report
