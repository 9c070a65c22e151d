// joulecast_accuracy_step: how right projections were, for every recorded training it is given.
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alarms.h"
#include "base/text.h"
#include "halves.h"
#include "print.h"
#include "recordings.h"
#include "score.h"

namespace joulecast::accuracy {
namespace {

constexpr const char* kUsage =
    "usage: joulecast_accuracy_step [--half chosen|judged|all] [--seed N] [--markdown] FOLDER...\n"
    "Projects every recorded training below the folders as if it were under way, and prints how\n"
    "far off each method was after so many epochs. FOLDER: recordings that joulecast reads, a\n"
    "table of trainings (framework,model,dataset,phase,epoch,duration_s,gpu_energy_j), or traces\n"
    "of two-phase trainings beside their derived_phase.csv.\n";

struct Request {
  Half half = Half::kAll;
  std::uint64_t seed = 1;
  bool markdown = false;
  bool help = false;
  std::vector<std::filesystem::path> folders;
};

Result<Request> parse(const std::vector<std::string_view>& words) {
  Request request;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool has_value = word == "--half" || word == "--seed";
    if (has_value && i + 1 == words.size()) return Error{fmt::format("{} needs a value", word)};
    if (word == "--half") {
      const auto half = parse_half(words[++i]);
      if (!half) return Error{fmt::format("--half is chosen, judged or all, not {}", words[i])};
      request.half = *half;
    } else if (word == "--seed") {
      const auto seed = parse_integer(words[++i]);
      if (!seed || *seed < 0) return Error{fmt::format("--seed is a number, not {}", words[i])};
      request.seed = static_cast<std::uint64_t>(*seed);
    } else if (word == "--markdown") {
      request.markdown = true;
    } else if (word == "--help" || word == "-h") {
      request.help = true;
    } else if (word.starts_with("-")) {
      return Error{fmt::format("there is no option {}", word)};
    } else if (!std::filesystem::is_directory(word)) {
      return Error{fmt::format("{}: no such folder", word)};
    } else {
      request.folders.emplace_back(word);
    }
  }
  if (request.folders.empty() && !request.help) return Error{"give a folder of recordings"};
  return request;
}

int run(const Request& request) {
  std::vector<AlarmScore> alarms;
  bool any = false;
  for (const std::filesystem::path& folder : request.folders) {
    Loaded loaded = load_folder(folder);
    for (const std::string& line : loaded.skipped) fmt::print(stderr, "skipped: {}\n", line);
    for (DataSet& whole : loaded.sets) {
      const DataSet set = half_of(std::move(whole), request.half, request.seed);
      if (set.runs.empty()) continue;
      any = true;
      fmt::print("{}", print_score(score(set, request.seed), request.markdown));
      // What was put into a run on purpose is no evidence of alarms.
      if (!set.constructed) alarms.push_back(score_alarms(set));
    }
  }
  if (!any) {
    fmt::print(stderr, "no recorded training of three epochs or more in these folders\n");
    return 1;
  }
  fmt::print("{}", print_alarms(alarms, request.markdown));
  return 0;
}

}  // namespace
}  // namespace joulecast::accuracy

int main(int count, char** arguments) {
  using namespace joulecast::accuracy;
  const std::vector<std::string_view> words(arguments + 1, arguments + count);
  const auto request = parse(words);
  if (!request) {
    fmt::print(stderr, "joulecast_accuracy_step: {}\n{}", request.error().message, kUsage);
    return 2;
  }
  if (request->help) {
    fmt::print("{}", kUsage);
    return 0;
  }
  return run(*request);
}
