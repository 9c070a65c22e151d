#include "network/onnx_schemas.h"

#include <onnx/defs/operator_sets.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "joulecast/network/onnx.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::OpSchema;

struct Entry {
  int version = 0;  // the first opset that has it
  std::string_view name;
  OpSchema (*make)() = nullptr;
};

constexpr Entry kEntries[] = {
#define JOULECAST_ONNX_SCHEMA(domain, version, name)                                 \
  {version, #name,                                                                   \
   &ONNX_NAMESPACE::GetOpSchema<ONNX_NAMESPACE::ONNX_OPERATOR_SET_SCHEMA_CLASS_NAME( \
       domain, version, name)>},
#include <onnx_schema_list.inc>
#undef JOULECAST_ONNX_SCHEMA
};

class LazySchemas final : public ONNX_NAMESPACE::ISchemaRegistry {
 public:
  // NOLINTNEXTLINE(google-default-arguments): as the base class has it
  const OpSchema* GetSchema(const std::string& key, const int newest,
                            const std::string& domain = "") const override {
    if (!domain.empty() && domain != "ai.onnx") return nullptr;
    const Entry* found = nullptr;
    for (const Entry& entry : kEntries) {
      if (entry.name != key || entry.version > newest) continue;
      if (found == nullptr || entry.version > found->version) found = &entry;
    }
    if (found == nullptr) return nullptr;
    const std::lock_guard lock(mutex_);
    auto place = made_.find(found);
    if (place == made_.end()) {
      OpSchema schema = found->make();
      schema.Finalize();
      place = made_.emplace(found, std::move(schema)).first;
    }
    return &place->second;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<const Entry*, OpSchema> made_;
};

}  // namespace

const ONNX_NAMESPACE::ISchemaRegistry& onnx_schemas() {
  static const LazySchemas schemas;
  return schemas;
}

int newest_onnx_opset() {
  return std::max_element(std::begin(kEntries), std::end(kEntries),
                          [](const Entry& a, const Entry& b) { return a.version < b.version; })
      ->version;
}

}  // namespace joulecast::network
