#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/command.h"
#include "joulecast/network/head.h"
#include "joulecast/network/named.h"
#include "report/network.h"
#include "report/terminal.h"

namespace joulecast::cli {
namespace {

using network::NamedNetwork;
using network::NetworkOptions;

struct Options {
  std::string network, precision = "fp32", by = "class", list, frozen = "0";
  std::optional<std::string> image_size, head;  // Said, be it with nothing in it.
  std::int64_t batch_size = 1, sequence_length = 0;
  double width = 0.0;
  bool list_all = false, json = false;
};

// "224" or "480x640": height, and width where it differs.
Status read_image_size(const std::string& text, NetworkOptions& options) {
  const auto cross = std::min(text.find_first_of("xX"), text.size());
  const auto height = parse_integer(text.substr(0, cross));
  const auto width = cross == text.size() ? height : parse_integer(text.substr(cross + 1));
  const auto possible = [](const auto& side) {
    return side && *side >= 1 && *side <= network::kLargestSize;
  };
  if (!possible(height) || !possible(width)) {
    return Error{
        fmt::format("--image-size {}: must be pixels such as 224, or height and width "
                    "such as 480x640",
                    quoted(text))};
  }
  options.image_height = height;
  options.image_width = width;
  return {};
}

// "0.5" or "50%".
Result<double> read_share(const std::string& text) {
  constexpr double kPercent = 100.0;
  const bool percent = text.ends_with('%');
  const auto number = parse_number(percent ? text.substr(0, text.size() - 1) : text);
  if (number) return percent ? *number / kPercent : *number;
  return Error{fmt::format("--frozen {}: must be a share such as 0.5 or 50%", quoted(text))};
}

Result<NetworkOptions> network_options(const Options& said) {
  NetworkOptions options;
  options.batch_size = said.batch_size;
  const auto frozen = read_share(said.frozen);
  if (!frozen) return frozen.error();
  options.frozen = *frozen;
  if (said.sequence_length > 0) options.sequence_length = said.sequence_length;
  if (said.width > 0.0) options.width = said.width;
  if (said.image_size) {
    if (const auto read = read_image_size(*said.image_size, options); !read) return read.error();
  }
  if (said.head) {
    const auto head = network::parse_head(*said.head);
    if (!head) return Error{"--head: " + head.error().message};
    options.head = *head;
  }
  if (const auto sound = network::check_options(options); !sound) return sound.error();
  return options;
}

template <typename Names>
std::optional<std::size_t> position(const Names& names, std::string_view name) {
  const auto* found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(names));
}

int show(const Options& said) {
  constexpr std::string_view kRows[] = {"class", "type", "layer"};
  const auto by = position(kRows, said.by);
  if (!by) return fail({fmt::format("--by {}: choose class, type or layer", said.by)}, kBadUsage);
  const std::string precision = to_lower(said.precision);
  const auto chosen = position(network::kPrecisionNames, precision);
  if (!chosen) {
    return fail({fmt::format("--precision {}: choose {}", said.precision,
                             fmt::join(network::kPrecisionNames, ", "))},
                kBadUsage);
  }
  const auto options = network_options(said);
  if (!options) return fail(options.error(), kBadUsage);
  auto network = network::load_network(said.network, *options);
  if (!network) return fail(network.error());
  const report::NetworkReport report{.network = *std::move(network),
                                     .precision = static_cast<network::Precision>(*chosen),
                                     .by = static_cast<report::NetworkRows>(*by)};
  if (said.json) return print(report::json_text(report::network_json(report)));
  return print(report::network_text(report, report::stdout_terminal()));
}

int list(const Options& said) {
  if (!said.network.empty()) return fail({"--list goes without a NETWORK"}, kBadUsage);
  const std::string filter = to_lower(said.list);
  std::vector<NamedNetwork> chosen;
  for (const NamedNetwork& each : network::named_networks()) {
    const std::string text = to_lower(each.name + " " + each.family + " " + each.origin);
    if (text.find(filter) != std::string::npos) chosen.push_back(each);
  }
  if (chosen.empty())
    return fail({fmt::format("no network's name has {} in it", quoted(said.list))});
  if (said.json) return print(report::json_text(report::network_list_json(chosen)));
  return print(report::network_list_text(chosen, report::stdout_terminal()));
}

int network_command(const Options& said) {
  if (said.list_all) return list(said);
  if (said.network.empty()) {
    return fail({"name a network or a file; 'joulecast network --list' shows the names"},
                kBadUsage);
  }
  return show(said);
}

CLI::Validator size() {
  return CLI::Validator(
      [](const std::string& text) {
        const auto number = parse_integer(text);
        if (number && *number >= 1 && *number <= network::kLargestSize) return std::string();
        return fmt::format("must be a whole number from 1 to {}, not {}", network::kLargestSize,
                           quoted(text));
      },
      "");
}

void add_numbers(CLI::App& command, Options& options) {
  command.add_option("--batch-size", options.batch_size, "Samples in a batch")
      ->capture_default_str()
      ->type_name("N")
      ->check(size());
  command
      .add_option("--sequence-length", options.sequence_length,
                  "Tokens in a sequence; else as it is usual")
      ->type_name("N")
      ->check(size());
  command.add_option("--width", options.width, "MobileNetV2: width multiplier, to 4")
      ->type_name("W")
      ->check(above_zero());
  command.add_option("--frozen", options.frozen, "First layers that do not train: 0.5 or 50%")
      ->type_name("SHARE");
}

}  // namespace

void add_network(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "network", "What a network computes, moves and holds, by layer or class");
  command
      ->add_option("NETWORK", options->network, "A name (resnet50), an ONNX file or a config.json")
      ->type_name("");
  add_numbers(*command, *options);
  command
      ->add_option("--image-size", options->image_size, "Pixels: 224 or 480x640 (height x width)")
      ->type_name("N[xM]");
  command->add_option("--head", options->head, "Its classifier: 512,1 or flatten,512,bn,10")
      ->type_name("LAYERS");
  command->add_option("--precision", options->precision, "fp32, tf32, fp16, bf16 or fp8")
      ->capture_default_str()
      ->type_name("NAME");
  command->add_option("--by", options->by, "Rows of the table: class, type or layer")
      ->capture_default_str()
      ->type_name("WHAT");
  auto* list = command->add_option("--list", options->list,
                                   "The networks' names, all or with a word in them");
  list->type_name("[WORD]")->expected(0, 1);
  command->add_flag("--json", options->json, "Print JSON (docs/schema/network-1.json)");
  command->footer(R"(Examples:
  joulecast network resnet50 --batch-size 32
  joulecast network mobilenet_v2 --width 0.5 --head 512,1 --frozen 100%
  joulecast network model.onnx --by layer
  joulecast network config.json --sequence-length 2048 --precision bf16
  joulecast network --list efficientnet)");
  command->callback([options, list, &action] {
    options->list_all = list->count() > 0;
    action = [options] { return network_command(*options); };
  });
}

}  // namespace joulecast::cli
