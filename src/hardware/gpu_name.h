// The many spellings of a GPU's name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::hardware {

/// The parts of a name that tell GPUs apart, in lower case and in its order: runs of letters and of
/// digits without makers' and brands' words. "NVIDIA GeForce RTX 3090" gives "rtx", "3090".
std::vector<std::string> gpu_words(std::string_view name);

/// What two spellings of the same GPU have in common: the words in order of the alphabet, without
/// "rtx" and "gtx" where a number follows, so that "A100-PCIE-40GB" and "A100 40GB PCIe" are one.
std::string gpu_key(std::vector<std::string> words);

/// Takes a size of memory ("24GB") out of `words` and gives it; 0: there is none.
int take_memory_gb(std::vector<std::string>& words);

}  // namespace joulecast::hardware
