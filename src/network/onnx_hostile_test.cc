// Files that are wrong, by accident or on purpose: each one clear line.
#include <gmock/gmock.h>

#include "joulecast/network/onnx.h"
#include "network/onnx_test_model.h"
#include "network/onnx_wire.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::TensorProto;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string error_of(std::string_view bytes, const OnnxOptions& options = {}) {
  const auto network = parse_onnx(bytes, "bad.onnx", options);
  EXPECT_FALSE(network.ok());
  const std::string message = network.ok() ? "" : network.error().message;
  EXPECT_THAT(message, AllOf(StartsWith("bad.onnx: "), Not(HasSubstr("\n"))));
  return message;
}

std::string error_of(const TestModel& model, const OnnxOptions& options = {}) {
  return error_of(model.bytes(), options);
}

TestModel chain(int opset = 17) {
  TestModel model(opset);
  model.input("x", {-1, 4}).output("y", {-1, 4});
  model.node("Relu", {"x"}, {"a"});
  model.node("Tanh", {"a"}, {"y"});
  return model;
}

TEST(OnnxHostile, WhatIsNoOnnx) {
  EXPECT_THAT(error_of(""), HasSubstr("not an ONNX file"));
  error_of("hello, world\n");
  error_of(std::string(1000, '\xff'));
  error_of(TestModel());
  EXPECT_FALSE(read_onnx("/does/not/exist.onnx").ok());
  EXPECT_FALSE(read_onnx("/").ok());
  EXPECT_FALSE(read_onnx("/dev/null").ok());
}

TEST(OnnxHostile, EveryTruncationIsAnErrorOrANetwork) {
  const std::string whole = chain().bytes();
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const auto network = parse_onnx(std::string_view(whole).substr(0, size), "bad.onnx");
    if (network.ok()) continue;
    EXPECT_THAT(network.error().message, Not(HasSubstr("\n")));
  }
  EXPECT_THAT(error_of(whole.substr(0, whole.size() / 2)), HasSubstr("cut off"));
}

TEST(OnnxHostile, AnOpsetThatIsTooNew) {
  const int newest = newest_onnx_opset();
  EXPECT_TRUE(parse_onnx(chain(newest).bytes(), "good.onnx").ok());
  EXPECT_THAT(error_of(chain(newest + 1)),
              AllOf(HasSubstr(std::to_string(newest + 1)), HasSubstr("opset_version=")));
  EXPECT_THAT(error_of(chain(0)), HasSubstr("opset"));
}

TEST(OnnxHostile, ACycle) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.node("Add", {"x", "b"}, {"a"});
  model.node("Relu", {"a"}, {"b"});
  model.node("Relu", {"b"}, {"y"});
  EXPECT_THAT(error_of(model), HasSubstr("cycle"));
}

TEST(OnnxHostile, NodesOutOfOrderAreSorted) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.node("Tanh", {"a"}, {"y"});
  model.node("Relu", {"x"}, {"a"});
  const auto network = parse_onnx(model.bytes(), "test.onnx");
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(network->operators[0].type, "Relu");
}

TEST(OnnxHostile, NamesThatAreTwiceOrNowhere) {
  TestModel twice = chain();
  twice.node("Relu", {"x"}, {"a"});
  EXPECT_THAT(error_of(twice), HasSubstr("two operators write 'a'"));
  TestModel nowhere = chain();
  nowhere.node("Relu", {"z"}, {"b"});
  EXPECT_THAT(error_of(nowhere), HasSubstr("'z', which nothing gives"));
  TestModel tensors = chain();
  tensors.weight("w", {3}).weight("w", {4});
  EXPECT_THAT(error_of(tensors), HasSubstr("two tensors named 'w'"));
  TestModel output = chain();
  output.output("never", {});
  EXPECT_THAT(error_of(output), HasSubstr("nothing writes"));
}

TEST(OnnxHostile, SizesThatNoMachineHolds) {
  TestModel claimed = chain();
  claimed.weight("w", {1'000'000'000, 1'000'000'000, 1'000'000'000});
  EXPECT_THAT(error_of(claimed), HasSubstr("more than any machine holds"));
  TestModel negative = chain();
  negative.weight("w", {-5});
  error_of(negative);
  TestModel grown;
  grown.input("x", {-1, 1'000'000}).output("y", {});
  grown.integers("often", {1, 1'000'000'000'000});
  grown.node("Tile", {"x", "often"}, {"y"});
  error_of(grown);
  TestModel input;
  input.input("x", {1, 4}).output("y", {});
  input.graph()
      .mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(1)
      ->set_dim_value(-7);
  input.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(error_of(input), HasSubstr("a size of -7"));
}

TEST(OnnxHostile, AttributesThatWouldDivideByZero) {
  TestModel model;
  model.input("x", {-1, 3, 8, 8}).output("y", {});
  model.weight("w", {4, 3, 3, 3});
  set(model.node("Conv", {"x", "w"}, {"y"}), "strides", {0, 1});
  EXPECT_THAT(error_of(model), AllOf(HasSubstr("Conv_y"), HasSubstr("strides 0")));
}

TEST(OnnxHostile, ChannelsThatDoNotFit) {
  TestModel model;
  model.input("x", {-1, 3, 8, 8}).output("y", {});
  model.weight("w", {4, 5, 3, 3});
  model.node("Conv", {"x", "w"}, {"y"});
  EXPECT_THAT(error_of(model), HasSubstr("number of channels"));
}

TEST(OnnxHostile, KernelsWhoseChannelsTimesGroupsOverflow) {
  TestModel model;
  model.input("x", {-1, 3, 8, 8}).output("y", {});
  model.weight("w", {1, std::int64_t{1} << 44U, 1, 1});
  set(model.node("Conv", {"x", "w"}, {"y"}), "group", std::int64_t{1} << 24U);
  EXPECT_THAT(error_of(model), HasSubstr("number of channels"));
}

TEST(OnnxHostile, OperatorsThatComeAndGoWithTheBatch) {
  TestModel model;
  model.input("x", {2, 4}).output("y", {});
  model.node("Shape", {"x"}, {"shape"});
  set(model.node("Slice", {"shape"}, {"batch"}), "starts", {0});
  model.graph().mutable_node(1)->clear_attribute();
  model.integers("zero", {0}).integers("one", {1}).integers("two", {2});
  model.graph().mutable_node(1)->add_input("zero");
  model.graph().mutable_node(1)->add_input("one");
  model.node("Equal", {"batch", "two"}, {"is_two"});
  auto& branch = model.node("If", {"is_two"}, {"y"});
  for (const char* name : {"then_branch", "else_branch"}) {
    auto& attribute = *branch.add_attribute();
    attribute.set_name(name);
    attribute.set_type(ONNX_NAMESPACE::AttributeProto::GRAPH);
    const bool longer = attribute.name() == "else_branch";
    const std::string last = longer ? "c" : "a";
    auto& graph = *attribute.mutable_g();
    graph.add_output()->set_name(last);
    std::string from = "x";
    for (const char* to : longer ? std::vector<const char*>{"b", "c"} : std::vector{"a"}) {
      auto& node = *graph.add_node();
      node.set_op_type("Relu");
      node.add_input(from);
      node.add_output(to);
      from = to;
    }
  }
  OnnxOptions options;
  options.batch_size = 3;
  EXPECT_THAT(error_of(model, options),
              HasSubstr("has 1 operators for a batch of 2 and 2 for one of 3"));
}

TEST(OnnxHostile, UnknownOperatorsAndDomains) {
  TestModel unknown = chain();
  unknown.node("Frobnicate", {"x"}, {"z"});
  EXPECT_THAT(error_of(unknown), HasSubstr("Frobnicate"));
  TestModel foreign = chain();
  foreign.node("Attention", {"x"}, {"z"}).set_domain("com.microsoft");
  EXPECT_THAT(error_of(foreign), AllOf(HasSubstr("Attention"), HasSubstr("com.microsoft")));
}

TEST(OnnxHostile, OptionsThatTheFileHasNoPlaceFor) {
  OnnxOptions image;
  image.image_height = 224;
  EXPECT_THAT(error_of(chain(), image), HasSubstr("image"));
  OnnxOptions zero;
  zero.batch_size = 0;
  error_of(chain(), zero);
  TestModel free;
  free.input("x", {-1, 3, -1, -1}).output("y", {});
  free.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(error_of(free), HasSubstr("say the image size"));
}

TEST(OnnxHostile, NestedGraphsHaveABottom) {
  ONNX_NAMESPACE::GraphProto inner;
  for (int depth = 0; depth < 40; ++depth) {
    ONNX_NAMESPACE::GraphProto outer;
    auto& attribute = *outer.add_node()->add_attribute();
    attribute.set_name("then_branch");
    *attribute.mutable_g() = inner;
    inner = outer;
  }
  TestModel model = chain();
  model.graph().mutable_node(0)->add_attribute()->mutable_g()->CopyFrom(inner);
  EXPECT_THAT(error_of(model), HasSubstr("nested too deeply"));
}

TEST(OnnxHostile, FunctionsThatMultiply) {
  TestModel model = chain();
  for (int i = 0; i < 12; ++i) {
    auto& function = *model.model().add_functions();
    function.set_name("f" + std::to_string(i));
    function.set_domain("local");
    for (int call = 0; call < 10; ++call) {
      auto& node = *function.add_node();
      node.set_op_type("f" + std::to_string(i + 1));
      node.set_domain("local");
    }
  }
  model.node("f0", {"x"}, {"z"}).set_domain("local");
  EXPECT_THAT(error_of(model), HasSubstr("more than"));
}

TEST(OnnxHostile, OnlySmallTensorsComeThroughTheWire) {
  TestModel model = chain();
  model.weight("w", {1000, 1000});
  model.graph().mutable_initializer(0)->set_raw_data(std::string(4'000'000, 'w'));
  model.integers("small", {1, 2, 3});
  for (int i = 0; i < 100'000; ++i) model.graph().mutable_initializer(0)->add_float_data(1.0F);
  auto& constant = model.node("Constant", {}, {"c"});
  constant.add_attribute()->set_name("value");
  constant.mutable_attribute(0)->mutable_t()->set_raw_data(std::string(100'000, 'c'));
  model.model().set_doc_string(std::string(100'000, 'd'));
  const auto left = without_weights(model.bytes(), "test.onnx");
  ASSERT_TRUE(left.ok());
  EXPECT_LT(left->size(), 1000u);
  EXPECT_THAT(*left, HasSubstr("small"));
  ONNX_NAMESPACE::ModelProto parsed;
  ASSERT_TRUE(parsed.ParseFromString(*left));
  EXPECT_EQ(parsed.graph().initializer(0).dims_size(), 2);
  EXPECT_EQ(parsed.graph().initializer(1).int64_data_size(), 3);
}

TEST(OnnxHostile, ATensorWithLessDataThanItClaims) {
  TestModel raw = chain();
  raw.weight("w", {50'000, 50'000});
  EXPECT_TRUE(parse_onnx(raw.bytes(), "weightless.onnx").ok());
  raw.graph().mutable_initializer(0)->set_raw_data("1234");
  EXPECT_THAT(error_of(raw),
              HasSubstr("the tensor 'w' claims 2500000000 elements and has data for 1"));
  TestModel listed = chain();
  listed.weight("w", {3});
  for (int i = 0; i < 2; ++i) listed.graph().mutable_initializer(0)->add_float_data(1.0F);
  EXPECT_THAT(error_of(listed), HasSubstr("claims 3 elements"));
  listed.graph().mutable_initializer(0)->add_float_data(1.0F);
  EXPECT_TRUE(parse_onnx(listed.bytes(), "good.onnx").ok());
}

TEST(OnnxHostile, AKernelOfMoreAxesThanItsInput) {
  for (const char* type : {"Conv", "ConvTranspose"}) {
    TestModel model;
    model.input("x", {1, 2, 8, 8}).weight("w", {2, 2, 2, 2, 2, 2}).output("y", {});
    model.node(type, {"x", "w"}, {"y"});
    EXPECT_THAT(error_of(model), HasSubstr("a kernel of 6 axes over an input of 4"));
  }
}

TEST(OnnxHostile, WhichSizeIsFree) {
  TestModel model;
  model.input("x", {-1, -1, -1, -1}).output("y", {});
  model.node("Relu", {"x"}, {"y"});
  OnnxOptions image;
  image.image_height = 64;
  EXPECT_THAT(error_of(model, image), AllOf(HasSubstr("leaves its channels, size 2"),
                                            HasSubstr("export the network with them fixed")));
}

}  // namespace
}  // namespace joulecast::network
