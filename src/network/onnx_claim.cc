#include "network/onnx_claim.h"

#include <fmt/format.h>

#include "base/text.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::TensorProto;

// As onnx.proto numbers them.
constexpr unsigned kDims = 1, kType = 2, kFloats = 4, kName = 8, kRaw = 9, kDoubles = 10;
constexpr unsigned kLastPayload = 11, kStrings = 6;
constexpr std::size_t kMostDims = 32;  // What has more is refused later.

/// Of raw data; 0: not known here, or not of a fixed size.
double bytes_of(int type) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4.0;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
    case TensorProto::COMPLEX64:
      return 8.0;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::INT16:
    case TensorProto::UINT16:
      return 2.0;
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::BOOL:
      return 1.0;
    default:
      return 0.0;
  }
}

}  // namespace

bool TensorClaim::is_payload(unsigned number) {
  return number >= kFloats && number <= kLastPayload && number != kName && number != kStrings;
}

void TensorClaim::read(const Field& field) {
  const auto size = static_cast<double>(field.content.size());
  const bool list = field.wire == Wire::kBytes;
  if (field.number == kDims && list) {
    for (std::string_view rest = field.content; !rest.empty();) {
      const auto side = read_varint(rest);
      if (!side || dims_.size() > kMostDims) return;
      dims_.push_back(static_cast<std::int64_t>(*side));
    }
  } else if (field.number == kDims && dims_.size() <= kMostDims) {
    dims_.push_back(static_cast<std::int64_t>(field.value));
  } else if (field.number == kType) {
    type_ = static_cast<int>(field.value);
  } else if (field.number == kName) {
    name_ = field.content;
  } else if (field.number == kRaw) {
    raw_bytes_ += size;
  } else if (is_payload(field.number)) {
    const double bytes = field.number == kFloats ? 4.0 : field.number == kDoubles ? 8.0 : 1.0;
    listed_ += list ? size / bytes : 1.0;
  }
}

Status TensorClaim::check() const {
  const double bytes = bytes_of(type_);
  const auto claimed = element_count(dims_);
  const bool empty = raw_bytes_ == 0.0 && listed_ == 0.0;
  if (empty || bytes == 0.0 || !claimed) return {};
  const double held = raw_bytes_ / bytes + listed_;
  if (held >= static_cast<double>(*claimed)) return {};
  return Error{fmt::format("the tensor {} claims {} elements and has data for {:.0f}",
                           quoted(name_), *claimed, held)};
}

}  // namespace joulecast::network
