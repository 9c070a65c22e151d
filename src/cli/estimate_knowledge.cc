#include "cli/estimate_knowledge.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/fit_store_observation.h"
#include "cli/set_up_machine.h"
#include "joulecast/pre/observations.h"
#include "joulecast/store/run_folder.h"

namespace joulecast::cli {
namespace {

Result<pre::EstimatorFile> refined(const pre::EstimatorFile& base,
                                   const std::vector<pre::Observation>& observations) {
  pre::FitProvenance provenance = base.provenance();
  pre::FitSource source{.name = "probes",
                        .sha256 = {},
                        .rows = static_cast<std::int64_t>(observations.size()),
                        .meters = {}};
  for (const pre::Observation& one : observations) {
    if (std::find(source.meters.begin(), source.meters.end(), one.meter) == source.meters.end()) {
      source.meters.push_back(one.meter);
    }
  }
  provenance.sources.push_back(std::move(source));
  return pre::refine(base, observations, std::move(provenance));
}

// A store that nobody has begun is none to complain of.
Result<std::vector<Probe>> probes_of(const StoreOptions& options, std::vector<std::string>& notes) {
  std::vector<Probe> probes;
  const auto path = options.path();
  std::error_code error;
  if (!path || !std::filesystem::is_directory(*path, error)) return probes;
  const auto store = store::Store::open(*path);
  if (!store) {
    if (!options.folder.empty()) return store.error();
    notes.push_back("probes are not used: " + store.error().message);
    return probes;
  }
  for (const store::RunSummary& summary : (*store)->list({.tag = kProbeTag,
                                          .host = {},
                                          .text = {},
                                          .since_unix_s = {},
                                          .state = {},
                                          .most = 0})) {
    const auto run = store::read_record(summary.folder);
    if (!run || !run->start.probe) continue;
    auto observed = observation_of(*run);
    if (!observed) {
      notes.push_back(fmt::format("probe {} is not used: {}", run->id, observed.error().message));
      continue;
    }
    probes.push_back(
        {.id = run->id, .host = run->start.host, .observation = std::move(observed->observation)});
  }
  return probes;
}

// One that cannot be used any more (its network's file has gone) is no reason to leave out all.
void leave_out_unusable(std::vector<Probe>& probes, std::vector<std::string>& notes) {
  std::vector<Probe> usable;
  for (Probe& probe : probes) {
    pre::Table one;
    one.observations = {probe.observation};
    one.architectures = {probe.observation.set_up.network};
    one.cells.emplace_back();
    pre::leave_out_unusable(one, pre::RowNeeds::kGraph, "probe " + probe.id, false);
    if (!one.observations.empty()) {
      usable.push_back(std::move(probe));
      continue;
    }
    notes.insert(notes.end(), one.notes.begin(), one.notes.end());
  }
  probes = std::move(usable);
}

std::vector<pre::Observation> observations_of(const std::vector<Probe>& probes) {
  std::vector<pre::Observation> observations;
  for (const Probe& probe : probes) observations.push_back(probe.observation);
  return observations;
}

}  // namespace

void KnowledgeOptions::add_to(CLI::App& command) {
  command
      .add_option(
          "--estimator", estimator,
          "A file that 'joulecast fit' or 'joulecast probe --save' wrote; left out: the one "
          "that ships with joulecast")
      ->type_name("FILE");
  command.add_flag("--no-probes", no_probes, "Do not use the store's probes");
  store.add_to(command);
}

Result<Knowledge> knowledge_of(const KnowledgeOptions& options) {
  auto base =
      options.estimator.empty() ? pre::default_estimator() : pre::load_estimator(options.estimator);
  if (!base) return base.error();
  Knowledge knowledge{.base = *base,
                      .estimator = *base,
                      .name = options.estimator.empty() ? "the default" : options.estimator,
                      .probes = {},
                      .notes = {}};
  if (options.no_probes) return knowledge;
  auto probes = probes_of(options.store, knowledge.notes);
  if (!probes) return probes.error();
  leave_out_unusable(*probes, knowledge.notes);
  if (probes->empty()) return knowledge;
  auto better = refined(knowledge.estimator, observations_of(*probes));
  if (!better) {
    knowledge.notes.push_back("probes are not used: " + better.error().message);
    return knowledge;
  }
  knowledge.estimator = std::move(better).value();
  knowledge.probes = std::move(probes).value();
  return knowledge;
}

void complete(pre::SaidSettings& said, const Knowledge& knowledge) {
  if (!knowledge.probes.empty()) {
    said.try_emplace("host", pre::Said{.value = knowledge.probes.front().host,
                                       .origin = "of the newest probe",
                                       .assumed = true});
  }
  assume_host_speed(said);
  if (knowledge.estimator.heeds("host_memory")) assume_host_memory(said);
}

Result<pre::EstimatorFile> corrected(const Knowledge& knowledge, const pre::Observation& probe) {
  auto observations = observations_of(knowledge.probes);
  observations.push_back(probe);
  return refined(knowledge.base, observations);
}

}  // namespace joulecast::cli
