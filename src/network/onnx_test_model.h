// ONNX models for tests, a line an operator.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

namespace joulecast::network {

class TestModel {
 public:
  explicit TestModel(int opset = 17) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    graph().set_name("test");
  }

  ONNX_NAMESPACE::ModelProto& model() { return model_; }
  ONNX_NAMESPACE::GraphProto& graph() { return *model_.mutable_graph(); }

  /// A negative size is a free one, "batch" if it is the first.
  TestModel& input(const std::string& name, const std::vector<std::int64_t>& dims,
                   int type = ONNX_NAMESPACE::TensorProto::FLOAT) {
    set_type(*graph().add_input(), name, dims, type);
    return *this;
  }
  TestModel& output(const std::string& name, const std::vector<std::int64_t>& dims) {
    set_type(*graph().add_output(), name, dims, ONNX_NAMESPACE::TensorProto::FLOAT);
    return *this;
  }
  TestModel& declared(const std::string& name, const std::vector<std::int64_t>& dims) {
    set_type(*graph().add_value_info(), name, dims, ONNX_NAMESPACE::TensorProto::FLOAT);
    return *this;
  }
  /// Only its shape, as in a file without weights.
  TestModel& weight(const std::string& name, const std::vector<std::int64_t>& dims) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
    for (const auto size : dims) tensor.add_dims(size);
    return *this;
  }
  TestModel& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(ONNX_NAMESPACE::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const auto value : values) tensor.add_int64_data(value);
    return *this;
  }
  ONNX_NAMESPACE::NodeProto& node(const std::string& type,
                                  std::initializer_list<std::string> inputs,
                                  std::initializer_list<std::string> outputs) {
    auto& node = *graph().add_node();
    node.set_op_type(type);
    node.set_name(type + "_" + *outputs.begin());
    for (const auto& name : inputs) node.add_input(name);
    for (const auto& name : outputs) node.add_output(name);
    return node;
  }
  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  static void set_type(ONNX_NAMESPACE::ValueInfoProto& info, const std::string& name,
                       const std::vector<std::int64_t>& dims, int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    auto& shape = *tensor.mutable_shape();
    for (const auto size : dims) {
      auto& dim = *shape.add_dim();
      if (size >= 0) {
        dim.set_dim_value(size);
      } else if (shape.dim_size() == 1) {
        dim.set_dim_param("batch");
      }
    }
  }

  ONNX_NAMESPACE::ModelProto model_;
};

inline void set(ONNX_NAMESPACE::NodeProto& node, const std::string& name,
                const std::vector<std::int64_t>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(ONNX_NAMESPACE::AttributeProto::INTS);
  for (const auto value : values) attribute.add_ints(value);
}

inline void set(ONNX_NAMESPACE::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(ONNX_NAMESPACE::AttributeProto::INT);
  attribute.set_i(value);
}

}  // namespace joulecast::network
