#include "settings.h"

#include "base/text.h"

namespace joulecast::fake {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Takes one item off the front of `text`.
Result<Item> take_item(std::string_view& text) {
  const std::size_t equals = text.find('=');
  const std::size_t blank = text.find_first_of(kBlanks);
  if (equals == std::string_view::npos || equals > blank) {
    return Error{quoted(text.substr(0, blank)) + " is not key=value"};
  }
  Item item{std::string(text.substr(0, equals)), {}};
  text.remove_prefix(equals + 1);
  if (text.starts_with('"')) {
    const std::size_t end = text.find('"', 1);
    if (end == std::string_view::npos) return Error{item.key + ": the quote is not closed"};
    item.value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return item;
  }
  item.value = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(item.value.size());
  return item;
}

}  // namespace

std::optional<double> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  text = trim(text);
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_number(text.substr(0, text.size() - unit.name.size()));
    if (number) return *number * unit.factor;
  }
  return parse_number(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(trim(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

Result<std::vector<Item>> parse_items(std::string_view text) {
  std::vector<Item> items;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return items;
    text.remove_prefix(begin);
    if (text.starts_with('#')) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) return items;
      text.remove_prefix(end);
      continue;
    }
    auto item = take_item(text);
    if (!item) return item.error();
    items.push_back(std::move(*item));
  }
}

}  // namespace joulecast::fake
