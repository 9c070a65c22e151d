// Epochs laid end to end from what each of their pieces took.
#pragma once

#include <vector>

#include "joulecast/run/run.h"

namespace joulecast::accuracy {

struct Piece {
  double joules = 0.0, seconds = 0.0;
};

/// An epoch: its training, then its evaluation (none: all zero).
struct Block {
  Piece training, evaluation;
};

/// The epochs of these blocks, numbered from 1, from time 0 on, without gaps.
std::vector<Epoch> epochs_of(const std::vector<Block>& blocks);

/// The pieces of such epochs.
std::vector<Block> blocks_of(const std::vector<Epoch>& epochs);

}  // namespace joulecast::accuracy
