#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bounded_json.h"
#include "base/text.h"
#include "joulecast/pre/estimator_file.h"
#include "pre/estimator_file_format.h"
#include "pre/json_fields.h"
#include "pre/own_estimator.h"
#include "pre/published.h"
#include "pre/saved_fit.h"
#include "pre/whole_text.h"

namespace joulecast {

// data/estimators/default.json: see joulecast_embed in CMakeLists.txt.
extern const std::string_view default_estimator_json;  // NOLINT(readability-identifier-naming)

namespace pre {
namespace {

constexpr std::size_t kMostMib = 16;
constexpr int kDeepest = 16;
constexpr std::size_t kMostEntries = 1000;

template <Method method>
Result<std::unique_ptr<SavedFit>> read_one_target(const Json& content,
                                                  std::span<const Target> targets) {
  if (targets.size() != 1) return Error{"\"targets\" must be one"};
  return read_published(content, method, targets[0]);
}

struct MethodReader {
  std::string_view name;
  SavedFitReader read;
};

constexpr std::array kReaders = {
    MethodReader{"linear", read_one_target<Method::kLinear>},
    MethodReader{"ridge", read_one_target<Method::kRidge>},
    MethodReader{"krr", read_one_target<Method::kKernelRidge>},
    MethodReader{"svr", read_one_target<Method::kSupportVector>},
    MethodReader{"joulecast", read_own},
};

// Whether what an opening brace or quote began is still open at the end.
bool ends_too_early(std::string_view text) {
  int open = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;  // whatever is escaped
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      open += (c == '{' || c == '[' ? 1 : 0) - (c == '}' || c == ']' ? 1 : 0);
    }
  }
  return in_string || open > 0;
}

Error none() { return {"not an estimator file; 'joulecast fit' writes one"}; }

// Errors: no JSON, or nested as no estimator file is (writing it again would recurse).
Result<Json> parse_json(std::string_view text) {
  auto json = parse_bounded(text, kDeepest);
  if (json && !json->is_discarded()) return std::move(*json);
  if (!json || text.find(kEstimatorSchema) == std::string_view::npos) return none();
  if (!ends_too_early(text)) return Error{"damaged: it is no JSON; fit again or fetch it anew"};
  return Error{"cut off: its JSON ends too early; fit again or fetch it anew"};
}

Status check_version(const Json& file) {
  const auto schema = file.is_object() ? file.find("schema") : file.end();
  const std::string said =
      schema != file.end() && schema->is_string() ? schema->get<std::string>() : std::string();
  if (!said.starts_with(kEstimatorSchema)) {
    return none();
  }
  const auto format = parse_integer(std::string_view(said).substr(kEstimatorSchema.size()));
  if (format == kEstimatorFormat) return {};
  if (!format || *format < kEstimatorFormat) {
    return Error{fmt::format("the schema {} is unknown", quoted(said))};
  }
  std::string unused;
  JsonFields fields(&file, unused);
  const std::string version = fields.object("content").text("joulecast_version");
  return Error{fmt::format(
      "format {} of estimator files{}; this joulecast reads format {}: update it, or fit again",
      *format, version.empty() ? "" : fmt::format(", by joulecast {}", printable(version)),
      kEstimatorFormat)};
}

Status check_checksum(const Json& file) {
  std::string problem;
  JsonFields fields(&file, problem);
  const std::string said = fields.text("checksum");
  fields.object("content");
  if (!fields.ok()) return Error{problem};
  if (said == checksum_of(file["content"])) return {};
  return Error{
      "the checksum does not fit the content: it was changed after it was written; fit "
      "again or fetch it anew"};
}

FitProvenance read_provenance(JsonFields fields) {
  FitProvenance provenance;
  provenance.created = fields.text("created");
  provenance.joulecast_version = fields.text("joulecast_version");
  provenance.notes = fields.texts("notes", kMostEntries);
  for (const Json* json : fields.objects("sources", 0, kMostEntries)) {
    JsonFields source(json, fields);
    FitSource one;
    one.name = source.text("name");
    one.sha256 = source.text("sha256");
    constexpr double kMostRows = 1e15;
    const double rows = source.number("rows", 0.0);
    if (rows > kMostRows) source.refuse("rows", "is too large");
    if (source.ok()) one.rows = static_cast<std::int64_t>(rows);
    one.meters = source.texts("meters", kMostEntries);
    provenance.sources.push_back(std::move(one));
  }
  return provenance;
}

Result<std::vector<Target>> read_targets(const std::vector<std::string>& names) {
  std::vector<Target> targets;
  for (const std::string& name : names) {
    const auto found = std::find(kTargetNames.begin(), kTargetNames.end(), name);
    if (found == kTargetNames.end()) return Error{fmt::format("unknown target {}", quoted(name))};
    targets.push_back(static_cast<Target>(found - kTargetNames.begin()));
  }
  return targets;
}

Result<std::unique_ptr<SavedFit>> read_fit(const Json& json) {
  std::string problem;
  JsonFields fields(&json, problem);
  const std::string method = fields.text("method");
  const auto targets = read_targets(fields.texts("targets", kTargetNames.size()));
  fields.object("fit");
  if (!fields.ok()) return Error{problem};
  if (!targets) return targets.error();
  for (const MethodReader& reader : kReaders) {
    if (reader.name == method) return reader.read(json["fit"], *targets);
  }
  return Error{
      fmt::format("the method {} is unknown to this joulecast: update it", quoted(method))};
}

Result<EstimatorFile> read_content(const Json& content) {
  std::string problem;
  JsonFields fields(&content, problem);
  FitProvenance provenance = read_provenance(fields);
  std::vector<std::shared_ptr<const SavedFit>> fits;
  for (const Json* json : fields.objects("fits", 1, kTargetNames.size())) {
    auto fit = read_fit(*json);
    if (!fit) return fit.error();
    fits.push_back(std::move(*fit));
  }
  if (!fields.ok()) return Error{problem};
  return EstimatorFile(std::move(provenance), std::move(fits));
}

Result<EstimatorFile> read_file(std::string_view text) {
  const auto file = parse_json(text);
  if (!file) return file.error();
  if (const Status version = check_version(*file); !version) return version.error();
  if (const Status checksum = check_checksum(*file); !checksum) return checksum.error();
  return read_content((*file)["content"]);
}

}  // namespace

Result<EstimatorFile> parse_estimator(std::string_view text, const std::string& name) {
  auto file = read_file(text);
  if (!file) return Error{fmt::format("{}: {}", name, file.error().message)};
  return file;
}

Result<EstimatorFile> default_estimator() {
  return parse_estimator(default_estimator_json, "the estimator that ships");
}

Result<EstimatorFile> load_estimator(const std::filesystem::path& file) {
  const auto text = whole_text(file, kMostMib, "estimator file");
  if (!text) return text.error();
  return parse_estimator(*text, file.string());
}

}  // namespace pre
}  // namespace joulecast
