// Independent pieces of work over several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace joulecast::pre {

/// Calls work(0) ... work(count - 1), each once, from up to `threads` threads (0: as many as there
/// are cores), and returns when all are done. `work` must not throw.
void share_out(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace joulecast::pre
