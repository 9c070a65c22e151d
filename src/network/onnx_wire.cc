#include "network/onnx_wire.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace joulecast::network {
namespace {

constexpr std::size_t kLargestPayload = 4096;
constexpr std::size_t kLargestGraph = std::size_t{64} << 20U;
constexpr int kDeepest = 32;

enum class Message { kModel, kGraph, kNode, kAttribute, kTensor, kSparseTensor, kFunction, kPlain };
enum class Wire : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  unsigned number = 0;
  Wire wire = Wire::kVarint;
  std::string_view whole;    // with its tag
  std::string_view content;  // of kBytes
};

std::optional<std::uint64_t> read_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80U) return value;
  }
  return std::nullopt;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(value));
}

/// Takes one field off the front; no value: these bytes are none.
std::optional<Field> read_field(std::string_view& rest) {
  const std::string_view before = rest;
  const auto tag = read_varint(rest);
  if (!tag || *tag >> 3U == 0 || *tag >> 3U > 0x1fffffffU) return std::nullopt;
  Field field;
  field.number = static_cast<unsigned>(*tag >> 3U);
  field.wire = static_cast<Wire>(*tag & 7U);
  std::uint64_t length = 0;
  if (field.wire == Wire::kVarint) {
    if (!read_varint(rest)) return std::nullopt;
  } else if (field.wire == Wire::kFixed64) {
    length = 8;
  } else if (field.wire == Wire::kFixed32) {
    length = 4;
  } else if (field.wire == Wire::kBytes) {
    const auto told = read_varint(rest);
    if (!told) return std::nullopt;
    length = *told;
  } else {
    return std::nullopt;
  }
  if (length > rest.size()) return std::nullopt;
  field.content = rest.substr(0, length);
  rest.remove_prefix(length);
  field.whole = before.substr(0, before.size() - rest.size());
  return field;
}

/// What a field of a message holds (field numbers as in onnx.proto); no value: it is left out.
std::optional<Message> model_field(unsigned number) {
  switch (number) {
    case 1:  // ir_version
    case 2:  // producer_name
    case 3:  // producer_version
    case 8:  // opset_import
      return Message::kPlain;
    case 7:
      return Message::kGraph;
    case 25:
      return Message::kFunction;
    default:
      return std::nullopt;
  }
}

std::optional<Message> graph_field(unsigned number) {
  switch (number) {
    case 1:
      return Message::kNode;
    case 5:
      return Message::kTensor;
    case 15:
      return Message::kSparseTensor;
    case 2:   // name
    case 11:  // input
    case 12:  // output
    case 13:  // value_info
      return Message::kPlain;
    default:
      return std::nullopt;
  }
}

std::optional<Message> node_field(unsigned number) {
  if (number == 5) return Message::kAttribute;
  const bool kept = number <= 4 || number == 7 || number == 8;  // not doc_string and metadata_props
  return kept ? std::optional(Message::kPlain) : std::nullopt;
}

std::optional<Message> attribute_field(unsigned number) {
  switch (number) {
    case 5:
    case 10:
      return Message::kTensor;
    case 6:
    case 11:
      return Message::kGraph;
    case 22:
    case 23:
      return Message::kSparseTensor;
    case 13:
      return std::nullopt;  // doc_string
    default:
      return Message::kPlain;
  }
}

std::optional<Message> tensor_field(unsigned number) {
  // Neither segment, strings, doc_string nor where external data lie.
  if (number == 3 || number == 6 || number == 12 || number == 13 || number > 14) {
    return std::nullopt;
  }
  return Message::kPlain;
}

std::optional<Message> function_field(unsigned number) {
  if (number == 7) return Message::kNode;
  if (number == 11) return Message::kAttribute;
  if (number == 8 || number == 14) return std::nullopt;  // doc_string, metadata_props
  return Message::kPlain;
}

std::optional<Message> field_of(Message message, unsigned number) {
  switch (message) {
    case Message::kModel:
      return model_field(number);
    case Message::kGraph:
      return graph_field(number);
    case Message::kNode:
      return node_field(number);
    case Message::kAttribute:
      return attribute_field(number);
    case Message::kTensor:
      return tensor_field(number);
    case Message::kSparseTensor:
      return number <= 2 ? Message::kTensor : Message::kPlain;
    case Message::kFunction:
      return function_field(number);
    case Message::kPlain:
      break;
  }
  return Message::kPlain;
}

/// Numbers of a tensor: float_data, int32_data, int64_data, raw_data, double_data, uint64_data.
bool is_payload(unsigned number) { return number >= 4 && number <= 11 && number != 8; }

class Copier {
 public:
  /// Appends to `out` what stays of a message. Error: one clause, without the file's name.
  Status copy(std::string_view rest, Message message, int depth, std::string& out) {
    if (depth > kDeepest) return Error{"its graphs are nested too deeply"};
    std::size_t payload = 0;
    while (!rest.empty()) {
      const auto field = read_field(rest);
      if (!field) return Error{depth == 0 ? "it is cut off or no ONNX file" : "it is damaged"};
      const auto inner = field_of(message, field->number);
      if (!inner) continue;
      if (message == Message::kTensor && is_payload(field->number)) {
        payload += field->whole.size();
        if (payload > kLargestPayload) continue;
      }
      if (auto status = copy_field(*field, *inner, depth, out); !status) return status;
      if (out.size() > kLargestGraph) {
        return Error{"its graph alone is above 64 MB, more than any network's"};
      }
    }
    return {};
  }

 private:
  Status copy_field(const Field& field, Message inner, int depth, std::string& out) {
    if (inner == Message::kPlain) {
      out.append(field.whole);
      return {};
    }
    if (field.wire != Wire::kBytes) return Error{"it is no ONNX file"};
    std::string content;
    if (auto status = copy(field.content, inner, depth + 1, content); !status) return status;
    append_varint(out, (std::uint64_t{field.number} << 3U) | static_cast<unsigned>(Wire::kBytes));
    append_varint(out, content.size());
    out.append(content);
    return {};
  }
};

}  // namespace

Result<std::string> without_weights(std::string_view bytes, std::string_view name) {
  std::string out;
  if (auto status = Copier().copy(bytes, Message::kModel, 0, out); !status) {
    return Error{fmt::format("{}: cannot be read as ONNX: {}; export it again", name,
                             status.error().message)};
  }
  if (out.empty()) {
    return Error{fmt::format("{}: not an ONNX file; export the network to ONNX", name)};
  }
  return out;
}

}  // namespace joulecast::network
