// Stored runs in the forms that other programs read.
#pragma once

#include <string>
#include <vector>

#include "report/run_record.h"

namespace joulecast::report {

/// joulecast.export/1: the runs as `show --json` has them.
Json export_json(const std::vector<RunRecordReport>& runs);
/// A row for each epoch; a run without epochs has one row, without an epoch's number.
std::string export_csv(const std::vector<RunRecordReport>& runs);
/// The columns of CodeCarbon's emissions.csv, a row for each run: kWh, kg, watts. What is not known
/// is empty. `uncovered_s`, which CodeCarbon lacks, comes last: for so long some device was not
/// measured.
std::string export_codecarbon(const std::vector<RunRecordReport>& runs);

}  // namespace joulecast::report
