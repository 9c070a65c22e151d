// Which configurations a fit rests on where there are more than it can take.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace joulecast::pre {

/// Of configurations by stack and by kind (network and GPU), at most `most`, in their order: each
/// stack the same share as far as it has as many, and each kind of a stack in turn, from its first
/// and last inwards.
struct CaseKey {
  std::string stack, kind;
};
std::vector<std::size_t> choose_cases(const std::vector<CaseKey>& keys, std::size_t most);

}  // namespace joulecast::pre
