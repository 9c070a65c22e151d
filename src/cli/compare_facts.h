// What was known of recorded trainings before or while they ran: a table with a row for each,
// --fact for all of them, and what a stored run says of itself.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/analysis/comparison.h"
#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"

namespace joulecast::cli {

/// "batch_size" -> "32" and where that was said; settings of `joulecast estimate` and kFactNames.
using Facts = pre::SaidSettings;

/// Where a fact is from that a stored run's record says of its devices.
inline constexpr const char* kOwnDevices = "its devices";

/// What can be said of a run beside pre::settings().
struct FactName {
  const char* name;
  const char* about;
};
const std::vector<FactName>& fact_names();

/// A fact's name as it is written inside: "batch_size" for "Batch-size".
std::string fact_name(std::string_view text);
/// Error: there is no fact of that name; with the nearest.
Status check_fact_name(const std::string& name, const std::string& origin);

/// Adds "name=value". Error: an unknown name, with the nearest.
Status add_fact(const std::string& word, const std::string& origin, Facts& facts);
/// The words of a text that are facts; others are the user's own.
void add_known_words(const std::string& text, const std::string& origin, Facts& facts);

/// A table with a column `run` and one for each fact.
class FactsTable {
 public:
  static Result<FactsTable> read(const std::filesystem::path& file);
  /// Of a run: its row is called by its path, by its file's name with or without endings, or by
  /// that and the folder's. Null: no row.
  const Facts* find(const std::string& run) const;
  /// Paths that are written in the table start here.
  const std::filesystem::path& folder() const { return folder_; }
  /// The column `run`, in order.
  const std::vector<std::string>& runs() const { return runs_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::string> runs_;
  std::map<std::string, Facts, std::less<>> rows_;
};

/// A run's facts, understood.
struct KnownOfRun {
  std::optional<pre::SetUp> set_up;  ///< Where a network is known.
  std::string group;                 ///< Empty: nobody said, and the set-up is not known.
  analysis::TrainingFacts facts;
  std::optional<analysis::MeterScope> scope;
  std::optional<double> planned_epochs;
  std::vector<double> phases;
  bool open_phases = false;
  std::string epoch_marks;  ///< A file; empty: none.
};

/// For a training that had so many epochs. Errors: "RUN: where: what is wrong with a value".
Result<KnownOfRun> known_of(const std::string& run, const Facts& facts, double epochs);

}  // namespace joulecast::cli
