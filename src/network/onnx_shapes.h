// The values of a graph, each with its shape, inferred operator by operator.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "joulecast/base/result.h"
#include "network/onnx_schemas.h"
#include "network/onnx_tensor.h"

namespace joulecast::network {

struct Value {
  enum class Origin {
    kActivation,
    kConstant,       ///< An initializer, or computed from nothing but constants and shapes.
    kDataDependent,  ///< Behind an operator whose output's size depends on the data.
  };
  Origin origin = Origin::kActivation;
  Dims dims;
  int type = 0;              ///< TensorProto::DataType
  std::vector<int> weights;  ///< Of a constant: the weights it comes from, as indices.
  std::optional<SmallTensor> small;
  int producer = -1;  ///< For the walker: which operator wrote it.

  double elements() const;
};

/// A floating-point initializer, counted with the first operator that reads it.
struct Weight {
  double elements = 0.0;
  bool counted = false;
};

/// What errors call a node: by its name, or by what it writes.
const std::string& name_of(const ONNX_NAMESPACE::NodeProto& node);

class ShapeTable {
 public:
  /// `asked`: the sizes that were asked for, as errors have them ("image size 20"), or nothing.
  ShapeTable(int opset, std::string_view file, std::string_view asked = "")
      : opset_(opset), file_(file), asked_(asked) {}

  /// What the file says of shapes, for operators that ONNX does not know. `changed`: the sizes that
  /// were asked for are not the file's, so that only "the same as its input" can be learnt.
  void declare(const ONNX_NAMESPACE::GraphProto& graph, bool changed);
  Status add_input(const ONNX_NAMESPACE::ValueInfoProto& input);
  Status add_initializer(const ONNX_NAMESPACE::TensorProto& tensor);
  Status add_alias(const std::string& name, const Value& value) { return add(name, value); }

  /// Finds the outputs of a node whose inputs are known. Errors name the operator.
  Status infer(ONNX_NAMESPACE::NodeProto& node);

  const Value* find(const std::string& name) const;
  Value* find(const std::string& name);
  std::vector<Weight>& weights() { return weights_; }
  int opset() const { return opset_; }

  /// An Error about a node: "file: the operator Conv "conv1" ...".
  Error error(const ONNX_NAMESPACE::NodeProto& node, std::string_view what) const;
  /// Operators of other domains that were taken as element-wise.
  const std::vector<std::string>& assumed() const { return assumed_; }

 private:
  /// Error: all values together take more memory than any network's.
  Status add(const std::string& name, Value value);
  void add_weight(Value& value);
  Status constant_node(const ONNX_NAMESPACE::NodeProto& node);
  std::optional<Value> folded(const ONNX_NAMESPACE::NodeProto& node) const;
  Status infer_by_schema(ONNX_NAMESPACE::NodeProto& node, const ONNX_NAMESPACE::OpSchema& schema,
                         Value::Origin origin);
  Status infer_foreign(const ONNX_NAMESPACE::NodeProto& node, Value::Origin origin);
  Status take_output(const ONNX_NAMESPACE::NodeProto& node, int index,
                     const ONNX_NAMESPACE::TypeProto& type, Value::Origin origin);
  std::vector<int> weights_of(const ONNX_NAMESPACE::NodeProto& node) const;
  std::optional<Dims> declared_dims(const ONNX_NAMESPACE::NodeProto& node,
                                    const std::string& output) const;
  bool comes_to_nothing(const ONNX_NAMESPACE::NodeProto& node, const Dims& dims) const;
  Error empty_output(const ONNX_NAMESPACE::NodeProto& node) const;
  std::optional<std::string> reshape_fault(const ONNX_NAMESPACE::NodeProto& node,
                                           const Value& output) const;

  int opset_;
  std::string file_, asked_;
  bool changed_ = false;
  std::size_t kept_bytes_ = 0;
  std::unordered_map<std::string, Value> values_;
  std::vector<Weight> weights_;
  std::unordered_map<std::string, ONNX_NAMESPACE::TypeProto> declared_;
  std::vector<std::string> assumed_;
  // As ONNX's inference wants them.
  std::unordered_map<std::string, ONNX_NAMESPACE::TypeProto*> types_;
  std::unordered_map<std::string, const ONNX_NAMESPACE::TensorProto*> data_;
  std::deque<ONNX_NAMESPACE::TypeProto> type_store_;
  std::deque<ONNX_NAMESPACE::TensorProto> data_store_;
};

}  // namespace joulecast::network
