#include "pre/json_fields.h"

#include <fmt/format.h>

#include <cmath>

namespace joulecast::pre {
namespace {

using Json = nlohmann::json;

bool is_finite(const Json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

bool all_finite(const Json& values, std::size_t size) {
  if (!values.is_array() || values.size() != size) return false;
  for (const Json& value : values) {
    if (!is_finite(value)) return false;
  }
  return true;
}

}  // namespace

void JsonFields::refuse(std::string_view name, std::string_view what) {
  if (ok()) *problem_ = fmt::format("\"{}\" {}", name, what);
}

const Json* JsonFields::member(const char* name) {
  if (!ok() || object_ == nullptr) return nullptr;
  const auto found = object_->find(name);
  if (found != object_->end()) return &*found;
  refuse(name, "is missing");
  return nullptr;
}

const Json* JsonFields::list(const char* name, std::size_t least, std::size_t most) {
  const Json* value = member(name);
  if (value == nullptr) return nullptr;
  if (value->is_array() && value->size() >= least && value->size() <= most) return value;
  refuse(name, fmt::format("must be a list of {} to {} entries", least, most));
  return nullptr;
}

double JsonFields::number(const char* name, double least) {
  const Json* value = member(name);
  if (value == nullptr) return 0.0;
  if (!is_finite(*value)) {
    refuse(name, "must be a finite number");
  } else if (value->get<double>() < least) {
    refuse(name, fmt::format("must be at least {}", least));
  } else {
    return value->get<double>();
  }
  return 0.0;
}

bool JsonFields::boolean(const char* name) {
  const Json* value = member(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) refuse(name, "must be true or false");
  return value->is_boolean() && value->get<bool>();
}

std::string JsonFields::text(const char* name) {
  const Json* value = member(name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  refuse(name, "must be a text");
  return {};
}

std::vector<std::string> JsonFields::texts(const char* name, std::size_t most) {
  std::vector<std::string> result;
  const Json* values = list(name, 0, most);
  if (values == nullptr) return result;
  for (const Json& value : *values) {
    if (!value.is_string()) {
      refuse(name, "must hold texts");
      return {};
    }
    result.push_back(value.get<std::string>());
  }
  return result;
}

std::vector<double> JsonFields::numbers(const char* name, std::size_t size) {
  const Json* values = member(name);
  if (values == nullptr) return {};
  if (all_finite(*values, size)) return values->get<std::vector<double>>();
  refuse(name, fmt::format("must be a list of {} finite numbers", size));
  return {};
}

std::vector<std::vector<double>> JsonFields::rows(const char* name, std::size_t least,
                                                  std::size_t most, std::size_t width) {
  std::vector<std::vector<double>> result;
  const Json* values = list(name, least, most);
  if (values == nullptr) return result;
  for (const Json& value : *values) {
    if (!all_finite(value, width)) {
      refuse(name, fmt::format("must hold lists of {} finite numbers", width));
      return {};
    }
    result.push_back(value.get<std::vector<double>>());
  }
  return result;
}

JsonFields JsonFields::object(const char* name) {
  const Json* value = member(name);
  if (value != nullptr && !value->is_object()) {
    refuse(name, "must be an object");
    value = nullptr;
  }
  return {value, *this};
}

std::vector<const Json*> JsonFields::objects(const char* name, std::size_t least,
                                             std::size_t most) {
  std::vector<const Json*> result;
  const Json* values = list(name, least, most);
  if (values == nullptr) return result;
  for (const Json& value : *values) {
    if (!value.is_object()) {
      refuse(name, "must hold objects");
      return {};
    }
    result.push_back(&value);
  }
  return result;
}

}  // namespace joulecast::pre
