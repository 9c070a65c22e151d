#include "pre/share_out.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace joulecast::pre {

void share_out(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t wanted = threads > 0 ? static_cast<std::size_t>(threads) : cores;
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(wanted, count); ++i) others.emplace_back(take);
  take();
}

}  // namespace joulecast::pre
