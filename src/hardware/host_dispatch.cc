#include "hardware/host_dispatch.h"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace joulecast::hardware {
namespace {

struct Object : boost::intrusive_ref_counter<Object, boost::thread_unsafe_counter> {
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;
};
using Value = boost::intrusive_ptr<Object>;

struct Number : Object {
  explicit Number(std::int64_t of) : value(of) {}
  std::int64_t value;
};
struct Text : Object {
  explicit Text(std::string of) : value(std::move(of)) {}
  std::string value;
};
struct Tuple : Object {
  std::vector<Value> items;
};
// An object with attributes, a dictionary, or the local names of a call.
struct Record : Object {
  std::unordered_map<std::string, Value> members;
};

boost::intrusive_ptr<Record> record(std::unordered_map<std::string, Value> members) {
  boost::intrusive_ptr<Record> made(new Record);
  made->members = std::move(members);
  return made;
}

// The program below never gives a handler a value of another type.
template <typename T>
T& as(const Value& value) {
  return static_cast<T&>(*value);
}

}  // namespace

struct DispatchLoop::Machine {
  using Handler = void (*)(Machine&, std::size_t operand);
  struct Instruction {
    Handler handler;
    std::size_t operand;
  };

  std::vector<Instruction> program;
  std::vector<std::string> names;
  std::vector<Value> stack;
  boost::intrusive_ptr<Record> globals, locals;

  Value pop() {
    Value value = std::move(stack.back());
    stack.pop_back();
    return value;
  }
  void add(Handler handler, const std::string& name) {
    program.push_back({.handler = handler, .operand = names.size()});
    names.push_back(name);
  }
  void call() {
    locals = record({});
    for (const Instruction& instruction : program) {
      instruction.handler(*this, instruction.operand);
    }
  }

  static void load_global(Machine& machine, std::size_t name) {
    machine.stack.push_back(machine.globals->members.at(machine.names[name]));
  }
  static void store_global(Machine& machine, std::size_t name) {
    machine.globals->members[machine.names[name]] = machine.pop();
  }
  static void load_local(Machine& machine, std::size_t name) {
    machine.stack.push_back(machine.locals->members.at(machine.names[name]));
  }
  static void store_local(Machine& machine, std::size_t name) {
    machine.locals->members[machine.names[name]] = machine.pop();
  }
  static void load_member(Machine& machine, std::size_t name) {
    const Value object = machine.pop();
    machine.stack.push_back(as<Record>(object).members.at(machine.names[name]));
  }
  static void add_numbers(Machine& machine, std::size_t /*unused*/) {
    const Value right = machine.pop(), left = machine.pop();
    machine.stack.emplace_back(new Number(as<Number>(left).value + as<Number>(right).value));
  }
  static void build_tuple(Machine& machine, std::size_t size) {
    boost::intrusive_ptr<Tuple> tuple(new Tuple);
    for (std::size_t i = 0; i < size; ++i) tuple->items.push_back(machine.pop());
    machine.stack.emplace_back(std::move(tuple));
  }
  // dictionary, (..., key) -> the dictionary's entry of that key.
  static void look_up(Machine& machine, std::size_t /*unused*/) {
    const Value key = machine.pop(), dictionary = machine.pop();
    const Value& name = as<Tuple>(key).items.back();
    machine.stack.push_back(as<Record>(dictionary).members.at(as<Text>(name).value));
  }
  // kernel, tensor -> a new tensor.
  static void run_kernel(Machine& machine, std::size_t /*unused*/) {
    const Value tensor = machine.pop(), kernel = machine.pop();
    machine.stack.emplace_back(
        record({{"shape", as<Record>(tensor).members.at("shape")}, {"kernel", kernel}}));
  }
};

DispatchLoop::DispatchLoop() : machine_(std::make_unique<Machine>()) {
  Machine& machine = *machine_;
  const Value one(new Number(1)), name(new Text("convolution"));
  boost::intrusive_ptr<Tuple> shape(new Tuple);
  shape->items = {one, one, one};
  machine.globals = record({{"count", Value(new Number(0))},
                            {"one", one},
                            {"input", record({{"shape", shape}, {"kernel", one}})},
                            {"operator", record({{"name", name}, {"training", one}})},
                            {"kernels", record({{"convolution", one}})}});
  // count += 1
  machine.add(&Machine::load_global, "count");
  machine.add(&Machine::load_global, "one");
  machine.program.push_back({.handler = &Machine::add_numbers, .operand = 0});
  machine.add(&Machine::store_global, "count");
  // key = (operator.name, operator.training, input.shape)
  machine.add(&Machine::load_global, "operator");
  machine.add(&Machine::load_member, "name");
  machine.add(&Machine::load_global, "operator");
  machine.add(&Machine::load_member, "training");
  machine.add(&Machine::load_global, "input");
  machine.add(&Machine::load_member, "shape");
  machine.program.push_back({.handler = &Machine::build_tuple, .operand = 3});
  machine.add(&Machine::store_local, "key");
  // output = kernels[key](input)
  machine.add(&Machine::load_global, "kernels");
  machine.add(&Machine::load_local, "key");
  machine.program.push_back({.handler = &Machine::look_up, .operand = 0});
  machine.add(&Machine::load_global, "input");
  machine.program.push_back({.handler = &Machine::run_kernel, .operand = 0});
  machine.add(&Machine::store_local, "output");
  // input = output
  machine.add(&Machine::load_local, "output");
  machine.add(&Machine::store_global, "input");
}

DispatchLoop::~DispatchLoop() = default;

void DispatchLoop::run(std::int64_t operators) {
  for (std::int64_t call = 0; call < operators * kCallsPerOperator; ++call) machine_->call();
}

std::int64_t DispatchLoop::calls() const {
  return as<Number>(machine_->globals->members.at("count")).value;
}

}  // namespace joulecast::hardware
