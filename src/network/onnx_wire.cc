#include "network/onnx_wire.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "network/onnx_claim.h"
#include "network/onnx_fields.h"

namespace joulecast::network {
namespace {

constexpr std::size_t kLargestPayload = kSmallTensor * sizeof(std::int64_t);
constexpr int kDeepest = 32;

// What protobuf makes of a file, at most: a message of two bytes becomes an object of hundreds, a
// number of one byte becomes one of eight. Of a message that is not looked into every two bytes may
// be a message, none of these large.
constexpr std::size_t kBytesAMessage = 512;
constexpr std::size_t kBytesAField = 64;
constexpr std::size_t kBytesAByte = 8;
constexpr std::size_t kBytesAnOpaqueByte = 36;

enum class Message {
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kTensor,
  kSparseTensor,
  kFunction,
  kOpaque,  // a message that is copied as it is: a value's type, an opset
  kPlain    // a number, a text, packed numbers
};
/// What a field of a message holds (field numbers as in onnx.proto); no value: it is left out.
std::optional<Message> model_field(unsigned number) {
  switch (number) {
    case 1:  // ir_version
    case 2:  // producer_name
    case 3:  // producer_version
      return Message::kPlain;
    case 8:  // opset_import
      return Message::kOpaque;
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
    case 2:  // name
      return Message::kPlain;
    case 11:  // input
    case 12:  // output
    case 13:  // value_info
      return Message::kOpaque;
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
    case 14:  // tp
    case 15:  // type_protos
      return Message::kOpaque;
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
  if (number == 9 || number == 12) return Message::kOpaque;  // opset_import, value_info
  if (number == 8 || number == 14) return std::nullopt;      // doc_string, metadata_props
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
    case Message::kOpaque:
    case Message::kPlain:
      break;
  }
  return Message::kPlain;
}

class Copier {
 public:
  /// Of a copy the tensors may lack what they claim.
  explicit Copier(bool checks_claims) : checks_claims_(checks_claims) {}

  /// Appends to `out` what stays of a message. Error: one clause, without the file's name.
  Status copy(std::string_view rest, Message message, int depth, std::string& out) {
    if (depth > kDeepest) return Error{"its graphs are nested too deeply"};
    std::size_t payload = 0;
    TensorClaim claim;
    while (!rest.empty()) {
      const auto field = read_field(rest);
      if (!field) return Error{depth == 0 ? "it is cut off or no ONNX file" : "it is damaged"};
      const auto inner = field_of(message, field->number);
      if (!inner) continue;
      const bool numbers = message == Message::kTensor && TensorClaim::is_payload(field->number);
      if (numbers) payload += field->whole.size();
      if (!numbers || payload <= kLargestPayload) {
        if (auto status = copy_field(*field, *inner, depth, out); !status) return status;
      }
      if (message == Message::kTensor) claim.read(*field);
    }
    return message == Message::kTensor && checks_claims_ ? claim.check() : Status{};
  }

  /// What the messages copied so far take in memory once they are parsed, about.
  std::size_t memory() const { return memory_; }

 private:
  static std::size_t memory_of(const Field& field, Message inner) {
    const std::size_t size = field.whole.size();
    if (inner == Message::kOpaque) return kBytesAField + kBytesAnOpaqueByte * size;
    if (inner != Message::kPlain) return kBytesAMessage;
    return (field.wire == Wire::kBytes ? kBytesAField : 0) + kBytesAByte * size;
  }

  Status copy_field(const Field& field, Message inner, int depth, std::string& out) {
    memory_ += memory_of(field, inner);
    if (memory_ > kMostGraphMemory) {
      return Error{
          fmt::format("its graph alone would take more than {} MB, more than any network's",
                      kMostGraphMemory >> 20U)};
    }
    if (inner == Message::kPlain || inner == Message::kOpaque) {
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

  bool checks_claims_;
  std::size_t memory_ = 0;
};

/// The message itself is counted too.
std::size_t memory_once_parsed(std::string_view bytes, Message message) {
  Copier copier(/*checks_claims=*/false);
  std::string unused;
  const Status status = copier.copy(bytes, message, 0, unused);
  return status ? kBytesAMessage + copier.memory() : kMostGraphMemory;
}

}  // namespace

std::size_t memory_of(const ONNX_NAMESPACE::FunctionProto& function) {
  return memory_once_parsed(function.SerializeAsString(), Message::kFunction);
}

std::size_t memory_of(const ONNX_NAMESPACE::AttributeProto& attribute) {
  return memory_once_parsed(attribute.SerializeAsString(), Message::kAttribute);
}

Result<std::string> without_weights(std::string_view bytes, std::string_view name) {
  std::string out;
  if (auto status = Copier(/*checks_claims=*/true).copy(bytes, Message::kModel, 0, out); !status) {
    return Error{fmt::format("{}: cannot be read as ONNX: {}; export it again", name,
                             status.error().message)};
  }
  if (out.empty()) {
    return Error{fmt::format("{}: not an ONNX file; export the network to ONNX", name)};
  }
  return out;
}

}  // namespace joulecast::network
