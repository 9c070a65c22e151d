#include "pre/network_of.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "joulecast/network/named.h"

namespace joulecast::pre {
namespace {

using Shared = Result<std::shared_ptr<const network::Network>>;

std::optional<std::int64_t> said(std::int64_t size) {
  return size > 0 ? std::optional(size) : std::nullopt;
}

network::NetworkOptions options_of(const SetUp& set_up) {
  network::NetworkOptions options;
  options.image_height = said(set_up.image_height);
  options.image_width = said(set_up.image_width);
  options.sequence_length = said(set_up.sequence_length);
  options.width = set_up.width;
  options.head = set_up.head;
  return options;
}

std::string key_of(const SetUp& set_up) {
  std::string key =
      fmt::format("{}|{}|{}|{}|{}", set_up.network, set_up.image_height, set_up.image_width,
                  set_up.sequence_length, set_up.width.value_or(0.0));
  if (set_up.head) {
    key += fmt::format("|{}{}", static_cast<int>(set_up.head->pooling), set_up.head->batch_norm);
    for (const std::int64_t units : set_up.head->units) key += fmt::format("|{}", units);
  }
  return key;
}

Shared load(const SetUp& set_up) {
  auto loaded = network::load_network(set_up.network, options_of(set_up));
  if (!loaded) return loaded.error();
  return std::shared_ptr<const network::Network>(
      std::make_shared<network::Network>(std::move(loaded).value()));
}

class Kept {
 public:
  Shared get(const SetUp& set_up) {
    const std::string key = key_of(set_up);
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = networks_.find(key); found != networks_.end()) return found->second;
    }
    Shared loaded = load(set_up);
    const std::lock_guard lock(mutex_);
    constexpr std::size_t kMost = 2000;
    if (networks_.size() >= kMost) networks_.clear();
    networks_.emplace(key, loaded);
    return loaded;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Shared> networks_;
};

}  // namespace

Shared network_of(const SetUp& set_up) {
  static Kept kept;
  return kept.get(set_up);
}

}  // namespace joulecast::pre
