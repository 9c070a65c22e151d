// What an estimate rests on: an estimator file or the one that ships, corrected by the probes of a
// store.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/store_options.h"
#include "joulecast/base/result.h"
#include "joulecast/pre/estimator_file.h"
#include "joulecast/pre/settings.h"

namespace joulecast::cli {

struct KnowledgeOptions {
  std::string estimator;  ///< A file; empty: the one that ships.
  bool no_probes = false;
  StoreOptions store;

  /// --estimator, --store, --no-probes.
  void add_to(CLI::App& command);
};

/// The tag of every probe: lists show it, and find it quickly. A run is one by its record alone.
inline constexpr const char* kProbeTag = "probe";

/// A probe of the store, and what it measured.
struct Probe {
  std::string id, host;
  pre::Observation observation;
};

struct Knowledge {
  pre::EstimatorFile base;       ///< Before any probe.
  pre::EstimatorFile estimator;  ///< With them.
  std::string name;              ///< Of the file, or "the default".
  std::vector<Probe> probes;     ///< That corrected it, the newest first.
  std::vector<std::string> notes;
};

/// Errors: the file cannot be used; a store that was named cannot be read. Probes that cannot be
/// used, and an estimator that they cannot correct, are told in the notes.
Result<Knowledge> knowledge_of(const KnowledgeOptions& options);

/// What the user left open and the knowledge tells: the host of the newest probe where nobody said
/// one, this host's speed, the memory of this machine where the estimator asks for it.
void complete(pre::SaidSettings& said, const Knowledge& knowledge);

/// `knowledge` with one more probe.
Result<pre::EstimatorFile> corrected(const Knowledge& knowledge, const pre::Observation& probe);

}  // namespace joulecast::cli
