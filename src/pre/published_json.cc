// A published fit as JSON and back.
#include <fmt/format.h>

#include <cmath>

#include "pre/json_fields.h"
#include "pre/published.h"

namespace joulecast::pre {
namespace {

Json numbers(const Vector& values) {
  return std::vector<double>(values.data(), values.data() + values.size());
}

Json model_json(const Model& model) {
  Json json = {{"mean", numbers(model.scaler.mean)},
               {"scale", numbers(model.scaler.scale)},
               {"intercept", model.intercept},
               {"coefficients", numbers(model.coefficients)}};
  if (model.gamma) json["gamma"] = *model.gamma;
  return json;
}

Json hyper_json(Method method, const HyperParameters& hyper) {
  Json json = Json::object();
  if (method == Method::kRidge || method == Method::kKernelRidge) json["alpha"] = hyper.alpha;
  if (is_kernel(method)) json["gamma"] = hyper.gamma;
  if (method == Method::kSupportVector) {
    json["c"] = hyper.c;
    json["epsilon"] = hyper.epsilon;
  }
  return json;
}

Json inputs_json(const Matrix& inputs) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < inputs.rows(); ++i) rows.push_back(numbers(inputs.row(i)));
  return rows;
}

Vector vector_of(JsonFields& fields, const char* name, std::size_t size) {
  const auto values = fields.numbers(name, size);
  return Vector::Map(values.data(), static_cast<Eigen::Index>(values.size()));
}

HyperParameters read_hyper(JsonFields fields, Method method) {
  HyperParameters hyper;
  if (method == Method::kRidge || method == Method::kKernelRidge) {
    hyper.alpha = fields.number("alpha", 0.0);
  }
  if (is_kernel(method)) hyper.gamma = fields.number("gamma", 0.0);
  if (method == Method::kSupportVector) {
    hyper.c = fields.number("c", 0.0);
    hyper.epsilon = fields.number("epsilon", 0.0);
  }
  return hyper;
}

void read_features(JsonFields& fields, PublishedParts& parts) {
  const auto features = fields.objects("features", kFeatureCount, kFeatureCount);
  for (std::size_t j = 0; j < features.size(); ++j) {
    JsonFields feature(features[j], fields);
    if (feature.text("name") != kFeatureNames[j]) feature.refuse("name", "is not the feature's");
    parts.known[j] = feature.boolean("known");
    parts.low[j] = feature.number("low");
    parts.high[j] = feature.number("high", parts.low[j]);
  }
}

void read_inputs(JsonFields& fields, PublishedParts& parts) {
  constexpr std::size_t kMostInputs = 20000;
  const auto rows = fields.rows("inputs", 1, kMostInputs, kFeatureCount);
  parts.inputs.resize(static_cast<Eigen::Index>(rows.size()), kFeatureCount);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    parts.inputs.row(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::RowVectorXd>(rows[i].data(), kFeatureCount);
  }
}

Model read_model(JsonFields fields, Method method, std::size_t inputs) {
  Model model;
  model.scaler.mean = vector_of(fields, "mean", kFeatureCount);
  model.scaler.scale = vector_of(fields, "scale", kFeatureCount);
  if (fields.ok() && !(model.scaler.scale.array() > 0.0).all()) {
    fields.refuse("scale", "must be above 0");
  }
  model.intercept = fields.number("intercept");
  model.coefficients =
      vector_of(fields, "coefficients", is_kernel(method) ? inputs : kFeatureCount);
  if (is_kernel(method)) model.gamma = fields.number("gamma", 0.0);
  return model;
}

void read_interval(JsonFields fields, PublishedParts& parts) {
  constexpr std::size_t kMostGroups = 20000;
  parts.left_out.logs = fields.boolean("logs");
  const std::size_t folds = parts.models.size() - 1;
  for (const Json* json : fields.objects("left_out", 0, kMostGroups)) {
    JsonFields one(json, fields);
    const double fold = one.number("fold", 0.0);
    if (one.ok() && (fold != std::floor(fold) || fold >= static_cast<double>(folds))) {
      one.refuse("fold", "is no fold of the file");
    }
    if (!one.ok()) return;
    parts.left_out.left_out.push_back(
        {.fold = static_cast<std::size_t>(fold), .residual = one.number("residual", 0.0)});
  }
}

}  // namespace

Json PublishedFit::content() const {
  Json features = Json::array(), models = Json::array(), left_out = Json::array();
  for (std::size_t j = 0; j < kFeatureCount; ++j) {
    features.push_back({{"name", kFeatureNames[j]},
                        {"known", parts_.known[j]},
                        {"low", parts_.low[j]},
                        {"high", parts_.high[j]}});
  }
  for (const Model& model : parts_.models) models.push_back(model_json(model));
  for (const LeftOutGroup& one : parts_.left_out.left_out) {
    left_out.push_back({{"fold", one.fold}, {"residual", one.residual}});
  }
  return {{"hyper_parameters", hyper_json(parts_.method, parts_.hyper)},
          {"features", features},
          {"inputs", inputs_json(parts_.inputs)},
          {"models", models},
          {"interval", {{"logs", parts_.left_out.logs}, {"left_out", left_out}}}};
}

Result<std::unique_ptr<SavedFit>> read_published(const Json& content, Method method,
                                                 Target target) {
  std::string problem;
  JsonFields fields(&content, problem);
  PublishedParts parts;
  parts.method = method;
  parts.target = target;
  parts.hyper = read_hyper(fields.object("hyper_parameters"), method);
  read_features(fields, parts);
  read_inputs(fields, parts);
  if (!fields.ok()) return Error{problem};
  const auto inputs = static_cast<std::size_t>(parts.inputs.rows());
  for (const Json* model : fields.objects("models", 1, kIntervalFolds + 1)) {
    parts.models.push_back(read_model(JsonFields(model, fields), method, inputs));
    if (!fields.ok()) return Error{problem};
  }
  if (!fields.ok()) return Error{problem};
  read_interval(fields.object("interval"), parts);
  if (!fields.ok()) return Error{problem};
  return std::unique_ptr<SavedFit>(std::make_unique<PublishedFit>(std::move(parts)));
}

}  // namespace joulecast::pre
