// Fitted estimators as a file that can be kept, moved between machines and checked
// (docs/estimator-file.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulecast/base/result.h"
#include "joulecast/pre/estimator.h"

namespace joulecast::pre {

/// One table or store that a fit rests on.
struct FitSource {
  std::string name;    ///< The file's name without its folder, or "store".
  std::string sha256;  ///< Of the file's bytes, in hexadecimal; empty: not a file.
  std::int64_t rows = 0;
  std::vector<std::string> meters;
};

struct FitProvenance {
  std::string created;            ///< UTC, "2026-11-23T17:00:00Z"; given by the caller.
  std::string joulecast_version;  ///< That fitted it.
  std::vector<FitSource> sources;
  std::vector<std::string> notes;  ///< One line each: what was left out, which meters were mixed.
};

/// A feature of a set-up that lies outside what an estimator was fitted on.
struct OutOfRange {
  std::string feature;
  double value = 0.0;
  double low = 0.0, high = 0.0;  ///< The range fitted on.
};

class SavedFit;

/// Fits for one or more targets and where they come from. Copies share the fits. Safe for
/// concurrent calls of const members.
class EstimatorFile {
 public:
  EstimatorFile(FitProvenance provenance, std::vector<std::shared_ptr<const SavedFit>> fits);

  /// In the target's unit. Errors: not fitted for this target, or what the method says.
  Result<Answer> answer(const SetUp& set_up, Target target) const;
  /// Over all fits, each feature once.
  Result<std::vector<OutOfRange>> out_of_range(const SetUp& set_up) const;
  std::vector<Target> targets() const;
  /// Whether a setting (settings.h) changes anything in the answers.
  bool heeds(std::string_view setting) const;
  /// The name of the estimator that answers a target ("krr"); empty: none.
  std::string method(Target target) const;
  const FitProvenance& provenance() const { return provenance_; }

 private:
  friend Status save_estimator(const EstimatorFile& estimator, const std::filesystem::path& file);
  friend Result<EstimatorFile> refine(const EstimatorFile& base,
                                      std::span<const Observation> observations,
                                      FitProvenance provenance);
  friend Result<EstimatorFile> without_rows(const EstimatorFile& estimator);
  const SavedFit* fit_for(Target target) const;

  FitProvenance provenance_;
  std::vector<std::shared_ptr<const SavedFit>> fits_;
};

/// Fits every target that the observations have. Errors: as Estimator::fit, or an estimator whose
/// fits cannot be saved.
Result<EstimatorFile> fit_estimator_file(const Estimator& estimator,
                                         std::span<const Observation> observations,
                                         FitProvenance provenance);

/// What `base` knows, corrected by further trainings: a probe on this machine, a store's runs. In
/// milliseconds without rows of its own; else it is fitted anew. Errors: a method that cannot be
/// corrected (all but "joulecast"); observations without a measurement, or of a network or GPU that
/// is not known.
Result<EstimatorFile> refine(const EstimatorFile& base, std::span<const Observation> observations,
                             FitProvenance provenance);

/// What may be passed on: parameters and how sure they are, without a row of what they were fitted
/// on, the names of hosts, or the answers of configurations by their own history. Error: a method
/// that answers from its rows (all but "joulecast").
Result<EstimatorFile> without_rows(const EstimatorFile& estimator);

/// The one that ships, compiled in: data/estimators/default.json. Its `provenance` names the public
/// recordings that it was fitted on.
Result<EstimatorFile> default_estimator();

/// Writes the whole file or none of it: a temporary beside it, then a rename. Where `file` is a
/// link its target is written. Error: it cannot be written, or is there and no regular file.
Status save_estimator(const EstimatorFile& estimator, const std::filesystem::path& file);

/// Errors, one line each: not an estimator file, cut off, of a newer version, changed after it was
/// written (checksum), or holding what cannot be: missing, negative or too many values.
Result<EstimatorFile> load_estimator(const std::filesystem::path& file);
/// The same from memory; `name` stands in errors.
Result<EstimatorFile> parse_estimator(std::string_view text, const std::string& name);

/// SHA-256 of a file's bytes in hexadecimal, as `sha256sum` prints it.
Result<std::string> sha256_of_file(const std::filesystem::path& file);

}  // namespace joulecast::pre
