// Small files that would become large in memory: bytes are few, objects are many.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "joulecast/network/onnx.h"
#include "network/onnx_test_model.h"

namespace joulecast::network {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr long kMostKb = 1'000'000;

struct Answer {
  std::string error;
  long peak_kb = 0;
};

/// What reading says, and the most memory that a process which does nothing else had.
Answer read_in_child(const std::string& bytes) {
  int ends[2] = {};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto network = parse_onnx(bytes, "bad.onnx");
    const std::string message = network.ok() ? "" : network.error().message.substr(0, 1000);
    const bool written = write(ends[1], message.data(), message.size()) >= 0;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  Answer answer;
  char buffer[1024];
  for (ssize_t size = 0; (size = read(ends[0], buffer, sizeof buffer)) > 0;) {
    answer.error.append(buffer, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int state = 0;
  rusage used = {};
  EXPECT_EQ(wait4(child, &state, 0, &used), child);
  EXPECT_TRUE(WIFEXITED(state) && WEXITSTATUS(state) == 0);
  answer.peak_kb = used.ru_maxrss;
  return answer;
}

void expect_refused(const std::string& bytes, const std::string& why) {
  const Answer answer = read_in_child(bytes);
  EXPECT_THAT(answer.error, HasSubstr(why));
  EXPECT_THAT(answer.error, StartsWith("bad.onnx: "));
  EXPECT_LT(answer.peak_kb, kMostKb);
}

std::string message(char tag, const std::string& content) {
  std::string out(1, tag);
  std::size_t size = content.size();
  for (; size >= 0x80; size >>= 7U) out.push_back(static_cast<char>((size & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(size));
  return out + content;
}

std::string many(const std::string& what, std::size_t times) {
  std::string out;
  out.reserve(what.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

/// A network with one more message, wire format, at the end of its graph.
std::string with_graph_bytes(const std::string& more) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {-1, 4});
  model.node("Relu", {"x"}, {"y"});
  return model.bytes() + message('\x3a', more);
}

constexpr char kNode = '\x0a', kTensor = '\x2a', kInfo = '\x6a', kInput = '\x0a';
constexpr char kAttribute = '\x2a', kInts = '\x42', kDims = '\x0a';

struct Crowd {
  const char* name;
  std::function<std::string(std::size_t)> bytes;
  std::size_t passes;  // how many are just below the limit
};

class OnnxCrowds : public ::testing::TestWithParam<Crowd> {};

TEST_P(OnnxCrowds, AreRefusedOnTheWireAndFitInMemoryBelow) {
  constexpr std::size_t kMany = 16'000'000;
  expect_refused(GetParam().bytes(kMany), "its graph alone would take more than");
  const Answer below = read_in_child(GetParam().bytes(GetParam().passes));
  EXPECT_THAT(below.error, ::testing::Not(HasSubstr("its graph alone")));
  EXPECT_LT(below.peak_kb, kMostKb);
}

INSTANTIATE_TEST_SUITE_P(
    Onnx, OnnxCrowds,
    ::testing::Values(
        Crowd{"tensors",
              [](std::size_t n) { return with_graph_bytes(many(message(kTensor, ""), n)); },
              250'000},
        Crowd{"nodes", [](std::size_t n) { return with_graph_bytes(many(message(kNode, ""), n)); },
              250'000},
        Crowd{"infos", [](std::size_t n) { return with_graph_bytes(many(message(kInfo, ""), n)); },
              950'000},
        Crowd{"dims",
              [](std::size_t n) {
                const std::string shape = message('\x12', many(message(kDims, ""), n));
                return with_graph_bytes(message(kInfo, message('\x12', message('\x0a', shape))));
              },
              1'800'000},
        Crowd{"inputs",
              [](std::size_t n) {
                return with_graph_bytes(message(kNode, many(message(kInput, ""), n)));
              },
              1'600'000},
        Crowd{"attributes",
              [](std::size_t n) {
                return with_graph_bytes(message(kNode, many(message(kAttribute, ""), n)));
              },
              250'000},
        Crowd{"integers",
              [](std::size_t n) {
                const std::string list = message(kInts, std::string(n * 2, '\1'));
                return with_graph_bytes(message(kNode, message(kAttribute, list)));
              },
              8'000'000},
        Crowd{"names",
              [](std::size_t n) {
                return with_graph_bytes(message(kNode, message(kInput, std::string(n * 2, 'n'))));
              },
              8'000'000}),
    [](const auto& each) { return std::string(each.param.name); });

TestModel caller(int calls, const std::string& input, const NodeProto& inner, int inner_count) {
  TestModel model;
  model.input(input, {-1, 4}).output("z0", {});
  auto& function = *model.model().add_functions();
  function.set_name("f");
  function.set_domain("local");
  function.add_input("in");
  function.add_output("out");
  function.add_attribute("list");
  auto& opset = *function.add_opset_import();
  opset.set_version(17);
  for (int i = 0; i < inner_count; ++i) {
    *function.add_node() = inner;
    function.mutable_node(i)->add_output(i == 0 ? "out" : "out" + std::to_string(i));
  }
  model.model().add_opset_import()->set_domain("local");
  model.model().mutable_opset_import(1)->set_version(1);
  for (int i = 0; i < calls; ++i) {
    model.node("f", {input}, {"z" + std::to_string(i)}).set_domain("local");
  }
  return model;
}

void add_floats(AttributeProto& attribute, const std::string& name, int count) {
  attribute.set_name(name);
  attribute.set_type(AttributeProto::FLOATS);
  for (int i = 0; i < count; ++i) attribute.add_floats(1.0F);
}

TEST(OnnxMemory, FunctionsAreSizedWithWhatTheyHold) {
  NodeProto constant;
  constant.set_op_type("Constant");
  add_floats(*constant.add_attribute(), "value_floats", 1'000'000);
  expect_refused(caller(3000, "x", constant, 1).bytes(), "with its functions inlined");
}

TEST(OnnxMemory, FunctionsAreSizedWithTheNamesTheyArePassed) {
  NodeProto sum;
  sum.set_op_type("Sum");
  for (int i = 0; i < 1000; ++i) sum.add_input("in");
  const TestModel few = caller(2, "x", sum, 10);
  EXPECT_TRUE(parse_onnx(few.bytes(), "good.onnx").ok());
  expect_refused(caller(1, std::string(1'000'000, 'x'), sum, 10).bytes(),
                 "with its functions inlined");
}

TEST(OnnxMemory, FunctionsAreSizedWithTheAttributesTheyArePassed) {
  NodeProto constant;
  constant.set_op_type("Constant");
  constant.add_attribute()->set_name("value_floats");
  constant.mutable_attribute(0)->set_type(AttributeProto::FLOATS);
  constant.mutable_attribute(0)->set_ref_attr_name("list");
  TestModel model = caller(1, "x", constant, 10'000);
  add_floats(*model.graph().mutable_node(0)->add_attribute(), "list", 1'000'000);
  expect_refused(model.bytes(), "with its functions inlined");
}

TEST(OnnxMemory, WhatIsFoldedIsLimitedInAll) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  model.integers("v0", std::vector<std::int64_t>(256, 1));
  for (int i = 0; i < 100'000; ++i) {
    model.node("Identity", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)}).clear_name();
  }
  model.node("Relu", {"x"}, {"y"});
  expect_refused(model.bytes(), "its shapes and constants take more than");
}

TEST(OnnxMemory, WeightsBehindConstantsAreLimitedInAll) {
  TestModel model;
  model.input("x", {-1, 4}).output("y", {});
  auto& join = model.node("Concat", {}, {"v0"});
  set(join, "axis", 0);
  for (int i = 0; i < 2000; ++i) {
    model.weight("w" + std::to_string(i), {300});
    join.add_input("w" + std::to_string(i));
  }
  for (int i = 0; i < 100'000; ++i) {
    model.node("Abs", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)}).clear_name();
  }
  model.node("Relu", {"x"}, {"y"});
  expect_refused(model.bytes(), "its shapes and constants take more than");
}

}  // namespace
}  // namespace joulecast::network
