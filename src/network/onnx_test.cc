#include "joulecast/network/onnx.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "network/onnx_test_model.h"

namespace joulecast::network {
namespace {

using ::testing::HasSubstr;

Network parse(const TestModel& model, const OnnxOptions& options = {}) {
  auto network = parse_onnx(model.bytes(), "test.onnx", options);
  EXPECT_TRUE(network.ok()) << network.error().message;
  return network.ok() ? std::move(*network) : Network{};
}

std::string error_of(const TestModel& model, const OnnxOptions& options = {}) {
  const auto network = parse_onnx(model.bytes(), "test.onnx", options);
  EXPECT_FALSE(network.ok());
  return network.ok() ? "" : network.error().message;
}

OnnxOptions batch(std::int64_t size) {
  OnnxOptions options;
  options.batch_size = size;
  return options;
}

/// Stem, one residual block, global pooling and a classifier of ten classes.
TestModel residual(std::int64_t batch_dim = -1) {
  TestModel model;
  model.input("x", {batch_dim, 3, 32, 32}).output("y", {batch_dim, 10});
  model.weight("w1", {16, 3, 3, 3}).weight("w2", {16, 16, 3, 3});
  for (const auto* name : {"scale", "bias", "mean", "var"}) model.weight(name, {16});
  model.weight("fc", {10, 16}).weight("fc_bias", {10});
  auto& stem = model.node("Conv", {"x", "w1"}, {"a"});
  set(stem, "pads", {1, 1, 1, 1});
  set(stem, "strides", {2, 2});
  model.node("BatchNormalization", {"a", "scale", "bias", "mean", "var"}, {"b"});
  model.node("Relu", {"b"}, {"c"});
  set(model.node("Conv", {"c", "w2"}, {"d"}), "pads", {1, 1, 1, 1});
  model.node("Add", {"c", "d"}, {"e"});
  model.node("GlobalAveragePool", {"e"}, {"f"});
  model.node("Flatten", {"f"}, {"g"});
  set(model.node("Gemm", {"g", "fc", "fc_bias"}, {"y"}), "transB", 1);
  return model;
}

TEST(Onnx, CountsAResidualBlock) {
  const Network network = parse(residual(), batch(4));
  ASSERT_EQ(network.operators.size(), 8u);
  EXPECT_EQ(network.batch_size, 4);
  EXPECT_EQ(network.input_shape, (std::vector<std::int64_t>{3, 32, 32}));
  EXPECT_EQ(network.input_elements, 3 * 32 * 32);

  const Operator& stem = network.operators[0];
  EXPECT_EQ(stem.kind, OperatorClass::kConvolution);
  EXPECT_EQ(stem.macs, 4.0 * 16 * 16 * 16 * 27);
  EXPECT_EQ(stem.flops, 2 * stem.macs);
  EXPECT_EQ(stem.parameters, 16 * 27);
  EXPECT_EQ(stem.input_elements, 4 * 3 * 32 * 32);
  EXPECT_EQ(stem.output_elements, 4 * 16 * 16 * 16);
  EXPECT_EQ(stem.kernel_size, 3.0);
  EXPECT_EQ(stem.stride, 2);
  EXPECT_EQ(stem.in_channels, 3);
  EXPECT_EQ(stem.out_channels, 16);
  EXPECT_EQ(stem.positions, 256);

  const Operator& norm = network.operators[1];
  EXPECT_EQ(norm.kind, OperatorClass::kNormalisation);
  EXPECT_EQ(norm.parameters, 32);
  EXPECT_EQ(norm.parameter_tensors, 2);
  EXPECT_EQ(norm.buffers, 32);

  EXPECT_EQ(network.operators[4].kind, OperatorClass::kElementWise);
  EXPECT_EQ(network.operators[4].input_elements, 2.0 * 4 * 16 * 256);
  EXPECT_EQ(network.operators[5].kind, OperatorClass::kReduction);
  EXPECT_EQ(network.operators[6].kernels, 0);
  EXPECT_EQ(network.operators[7].kind, OperatorClass::kGemm);
  EXPECT_EQ(network.operators[7].macs, 4 * 160);
  EXPECT_EQ(network.operators[7].parameters, 170);
  EXPECT_FALSE(network.operators[4].in_head);
  for (std::size_t i = 5; i < 8; ++i) EXPECT_TRUE(network.operators[i].in_head);
}

TEST(Onnx, TellsDepthwiseFromGroupedConvolutions) {
  TestModel model;
  model.input("x", {-1, 8, 8, 8}).output("y", {-1, 8, 8, 8});
  model.weight("deep", {8, 1, 1, 1}).weight("group", {8, 4, 1, 1});
  set(model.node("Conv", {"x", "deep"}, {"a"}), "group", 8);
  set(model.node("Conv", {"a", "group"}, {"y"}), "group", 2);
  const Network network = parse(model);
  EXPECT_EQ(network.operators[0].kind, OperatorClass::kDepthwiseConvolution);
  EXPECT_EQ(network.operators[0].macs, 8 * 64);
  EXPECT_EQ(network.operators[1].kind, OperatorClass::kConvolution);
  EXPECT_EQ(network.operators[1].macs, 8 * 64 * 4);
}

TEST(Onnx, CountsAllStepsOfAnLstm) {
  TestModel model;
  model.input("x", {7, 2, 3}).output("y", {});
  model.weight("w", {2, 16, 3}).weight("r", {2, 16, 4}).weight("b", {2, 32});
  model.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(1)
      ->set_dim_param("batch");
  auto& lstm = model.node("LSTM", {"x", "w", "r", "b"}, {"y"});
  set(lstm, "hidden_size", 4);
  lstm.add_attribute()->set_name("direction");
  lstm.mutable_attribute(1)->set_type(ONNX_NAMESPACE::AttributeProto::STRING);
  lstm.mutable_attribute(1)->set_s("bidirectional");
  const Network network = parse(model, batch(5));
  ASSERT_EQ(network.operators.size(), 1u);
  const Operator& op = network.operators[0];
  EXPECT_EQ(op.kind, OperatorClass::kRecurrent);
  EXPECT_EQ(op.macs, 7.0 * 5 * 2 * 16 * (3 + 4));
  EXPECT_EQ(op.parameters, 2 * 16 * 3 + 2 * 16 * 4 + 2 * 32);
  EXPECT_EQ(op.positions, 7);
  EXPECT_EQ(op.out_channels, 8);
}

/// Attention as PyTorch exports it with dynamic axes: the batch is read from the input's shape.
TestModel attention(bool dynamic) {
  TestModel model;
  model.input("x", {dynamic ? -1 : 1, 6, 8}).output("y", {dynamic ? -1 : 1, 2, 6, 4});
  model.integers("zero", {0}).integers("rest", {6, 2, 4}).integers("fixed", {1, 6, 2, -1});
  model.weight("w", {8, 8}).weight("bias", {8});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Gather", {"shape", "zero"}, {"size"});
  set(model.node("Concat", {"size", "rest"}, {"heads"}), "axis", 0);
  model.node("MatMul", {"x", "w"}, {"q0"});
  model.node("Add", {"q0", "bias"}, {"q1"});
  model.node("Reshape", {"q1", dynamic ? "heads" : "fixed"}, {"q2"});
  set(model.node("Transpose", {"q2"}, {"q"}), "perm", {0, 2, 1, 3});
  set(model.node("Transpose", {"q2"}, {"k"}), "perm", {0, 2, 3, 1});
  model.node("MatMul", {"q", "k"}, {"scores"});
  set(model.node("Softmax", {"scores"}, {"p"}), "axis", -1);
  model.node("MatMul", {"p", "q"}, {"y"});
  return model;
}

TEST(Onnx, TellsAttentionFromLinearLayers) {
  const Network network = parse(attention(true), batch(3));
  ASSERT_EQ(network.operators.size(), 7u);  // neither shapes nor the bias's addition
  EXPECT_EQ(network.operators[0].kind, OperatorClass::kGemm);
  EXPECT_EQ(network.operators[0].macs, 3.0 * 6 * 8 * 8);
  EXPECT_EQ(network.operators[0].parameters, 72);
  EXPECT_EQ(network.operators[0].positions, 6);
  EXPECT_EQ(network.operators[4].kind, OperatorClass::kAttention);
  EXPECT_EQ(network.operators[4].macs, 3.0 * 2 * 6 * 6 * 4);
  EXPECT_EQ(network.operators[6].macs, 3.0 * 2 * 6 * 6 * 4);
}

TEST(Onnx, ABatchBakedIntoTheGraphIsNamed) {
  EXPECT_EQ(parse(attention(false)).operators.size(), 7u);
  const std::string message = error_of(attention(false), batch(3));
  EXPECT_THAT(message, HasSubstr("dynamic axes"));
}

TEST(Onnx, AFixedBatchThatNothingElseFixesIsReplaced) {
  EXPECT_EQ(parse(residual(1), batch(8)).operators[0].macs, 8.0 * 16 * 16 * 16 * 27);
}

TEST(Onnx, AnImageSizeReplacesTheFiles) {
  OnnxOptions options;
  options.image_height = 64;
  const Network network = parse(residual(), options);
  EXPECT_EQ(network.operators[0].macs, 32.0 * 32 * 16 * 27);
  EXPECT_EQ(network.operators[7].macs, 160);
  options.image_width = 32;
  EXPECT_EQ(parse(residual(), options).operators[0].macs, 32.0 * 16 * 16 * 27);
}

TEST(Onnx, ASharedTensorCountsOnce) {
  TestModel model;
  model.input("x", {-1, 5}, ONNX_NAMESPACE::TensorProto::INT64).output("y", {});
  model.weight("table", {100, 16});
  model.node("Gather", {"table", "x"}, {"e"});
  model.node("Transpose", {"table"}, {"t"});
  model.node("MatMul", {"e", "t"}, {"y"});
  OnnxOptions options;
  options.sequence_length = 9;
  const Network network = parse(model, options);
  ASSERT_EQ(network.operators.size(), 2u);
  EXPECT_EQ(network.operators[0].kind, OperatorClass::kEmbedding);
  EXPECT_EQ(network.operators[0].parameters, 1600);
  EXPECT_EQ(network.operators[1].kind, OperatorClass::kGemm);
  EXPECT_EQ(network.operators[1].macs, 9 * 1600);
  EXPECT_EQ(network.operators[1].parameters, 0);
}

TEST(Onnx, LocalFunctionsAreInlined) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.model().add_opset_import()->set_domain("local");
  model.model().mutable_opset_import(1)->set_version(1);
  auto& function = *model.model().add_functions();
  function.set_name("Twice");
  function.set_domain("local");
  function.add_opset_import()->set_version(17);
  function.add_input("a");
  function.add_output("b");
  auto& inner = *function.add_node();
  inner.set_op_type("Add");
  inner.add_input("a");
  inner.add_input("a");
  inner.add_output("b");
  model.node("Twice", {"x"}, {"m"}).set_domain("local");
  model.node("Twice", {"m"}, {"y"}).set_domain("local");
  EXPECT_EQ(parse(model).operators.size(), 2u);

  inner.set_op_type("Twice");
  inner.set_domain("local");
  function.mutable_node(0)->CopyFrom(inner);
  EXPECT_THAT(error_of(model), HasSubstr("call themselves"));
}

TEST(Onnx, AKnownConditionChoosesItsBranch) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  auto& yes = *model.graph().add_initializer();
  yes.set_name("no");
  yes.set_data_type(ONNX_NAMESPACE::TensorProto::BOOL);
  yes.add_int32_data(0);
  auto& branch = model.node("If", {"no"}, {"y"});
  for (const auto* name : {"then_branch", "else_branch"}) {
    auto& attribute = *branch.add_attribute();
    attribute.set_name(name);
    attribute.set_type(ONNX_NAMESPACE::AttributeProto::GRAPH);
    auto& node = *attribute.mutable_g()->add_node();
    node.set_op_type(std::string(name) == "then_branch" ? "Relu" : "Tanh");
    node.add_input("x");
    node.add_output(std::string(name) + "_y");
    attribute.mutable_g()->add_output()->set_name(std::string(name) + "_y");
  }
  const Network network = parse(model);
  ASSERT_EQ(network.operators.size(), 1u);
  EXPECT_EQ(network.operators[0].type, "Tanh");
}

TEST(Onnx, AForeignOperatorIsElementWiseWhereItsShapeIsKnown) {
  TestModel model;
  model.input("x", {2, 4}).output("y", {2, 4});
  model.node("FastGelu", {"x"}, {"y"}).set_domain("com.microsoft");
  const Network network = parse(model, batch(6));
  EXPECT_EQ(network.operators[0].output_elements, 24);
  ASSERT_EQ(network.notes.size(), 1u);
  EXPECT_THAT(network.notes[0], HasSubstr("com.microsoft.FastGelu"));

  model.graph()
      .mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(1)
      ->set_dim_value(5);
  EXPECT_THAT(error_of(model, batch(6)), HasSubstr("FastGelu"));
}

TEST(Onnx, NamesAreUnique) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.node("Relu", {"x"}, {"a"}).set_name("same");
  model.node("Relu", {"a"}, {"b"}).set_name("same");
  model.node("Relu", {"b"}, {"y"}).clear_name();
  const Network network = parse(model);
  EXPECT_NE(network.operators[0].name, network.operators[1].name);
  EXPECT_FALSE(network.operators[2].name.empty());
}

TEST(Onnx, WhatTheDataSizeIsLeftOutWithANote) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.node("Relu", {"x"}, {"a"});
  model.node("NonZero", {"a"}, {"b"});
  model.node("Transpose", {"b"}, {"y"});
  const Network network = parse(model);
  EXPECT_EQ(network.operators.size(), 1u);
  EXPECT_EQ(network.notes.size(), 1u);
}

TEST(Onnx, AFilesWeightsAreNeverTouched) {
  TestModel model;
  model.input("x", {-1, 512}).output("y", {});
  model.node("MatMul", {"x", "w"}, {"y"});
  model.weight("w", {512, 512});
  model.graph().mutable_initializer(0)->set_raw_data(std::string(512 * 512 * 4, 'w'));
  const auto path = std::filesystem::temp_directory_path() /
                    ("joulecast-onnx-" + std::to_string(getpid()) + ".onnx");
  std::ofstream(path, std::ios::binary) << model.bytes();
  const auto network = read_onnx(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(network->operators[0].parameters, 512 * 512);
  EXPECT_THAT(network->origin, HasSubstr(path.filename().string()));
}

TEST(Onnx, ASequenceMayComeBeforeTheBatch) {
  TestModel model;
  model.input("x", {-1, -1, 8}).output("y", {-1, -1, 8});
  for (auto* info : {model.graph().mutable_input(0), model.graph().mutable_output(0)}) {
    auto& shape = *info->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape.mutable_dim(0)->set_dim_param("steps");
    shape.mutable_dim(1)->set_dim_param("batch");
  }
  model.node("Relu", {"x"}, {"y"});
  OnnxOptions options;
  options.batch_size = 3;
  options.sequence_length = 20;
  const auto network = parse_onnx(model.bytes(), "test.onnx", options);
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(network->input_shape, (std::vector<std::int64_t>{20, 8}));
  EXPECT_DOUBLE_EQ(network->input_elements, 160.0);
}

TEST(Onnx, ASizeWrittenIntoAReshapeIsNamed) {
  TestModel model;
  model.input("x", {1, 3, 32, 32}).output("y", {1, 3072});
  model.integers("sizes", {1, 3072});
  model.node("Reshape", {"x", "sizes"}, {"y"});
  OnnxOptions options;
  EXPECT_EQ(parse(model, options).operators.size(), 1u);
  options.image_height = 64;
  EXPECT_THAT(error_of(model, options), HasSubstr("Reshape 'Reshape_y' makes 3072 elements of"));
  EXPECT_THAT(error_of(model, batch(4)), HasSubstr("Reshape_y"));
}

TEST(Onnx, AnImageTooSmallIsNamed) {
  TestModel model;
  model.input("x", {-1, 3, -1, -1}).output("y", {});
  model.weight("w", {4, 3, 5, 5});
  model.node("Conv", {"x", "w"}, {"a"});
  set(model.node("MaxPool", {"a"}, {"y"}), "kernel_shape", {2, 2});
  OnnxOptions options;
  for (const auto& [size, type] : {std::pair(5, "MaxPool"), {4, "Conv"}, {1, "Conv"}}) {
    options.image_height = size;
    EXPECT_THAT(error_of(model, options),
                ::testing::MatchesRegex("test.onnx: image size " + std::to_string(size) +
                                        " is too small: the operator " + type +
                                        " .* would have no output"));
  }
  options.image_height = 6;
  EXPECT_EQ(parse(model, options).operators.size(), 2u);
}

TEST(Onnx, DropoutOfNoShareCostsNothing) {
  for (const float ratio : {0.0F, 0.5F}) {
    TestModel model;
    model.input("x", {-1, 4}).output("y", {});
    auto& tensor = *model.graph().add_initializer();
    tensor.set_name("ratio");
    tensor.set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
    tensor.add_float_data(ratio);
    model.node("Relu", {"x"}, {"a"});
    model.node("Dropout", {"a", "ratio"}, {"b", "mask"});
    model.node("Tanh", {"b"}, {"y"});
    const Network network = parse(model);
    ASSERT_EQ(network.operators.size(), ratio > 0.0F ? 3u : 2u);
    EXPECT_EQ(network.operators[1].output_elements, 4);  // not the mask's
  }
}

TEST(Onnx, StatisticsOfANormAreNoActivations) {
  TestModel model;
  model.input("x", {2, 8, 4, 4}).output("y", {});
  for (const auto* name : {"scale", "bias", "mean", "var"}) model.weight(name, {8});
  set(model.node("BatchNormalization", {"x", "scale", "bias", "mean", "var"}, {"y", "m", "v"}),
      "training_mode", 1);
  EXPECT_EQ(parse(model, batch(2)).operators[0].output_elements, 2 * 8 * 16);
}

TEST(Onnx, RowsThatAreJoinedAtTheEndTakeNoHead) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.weight("w", {4, 2}).weight("v", {4, 2});
  model.node("MatMul", {"x", "w"}, {"a"});
  model.node("MatMul", {"x", "v"}, {"b"});
  model.node("Add", {"a", "b"}, {"y"});
  Network network = parse(model);
  EXPECT_FALSE(network.takes_head);
  const auto replaced = replace_head(network, Head{.units = {3}});
  ASSERT_FALSE(replaced.ok());
  EXPECT_THAT(replaced.error().message, HasSubstr("leave out the head"));
  EXPECT_EQ(network.operators.size(), 3u);
  EXPECT_TRUE(parse(residual()).takes_head);
}

}  // namespace
}  // namespace joulecast::network
