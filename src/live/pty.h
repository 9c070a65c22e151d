// A terminal of our own for a child whose output is watched.
#pragma once

#include "joulecast/base/result.h"
#include "live/descriptor.h"

namespace joulecast::live {

/// Two ends of a pseudo terminal. It is nobody's controlling terminal: keys, echo and Ctrl-C stay
/// with the real one, which the child still has as standard input.
struct Pty {
  Descriptor ours, childs;

  /// One with the settings and the size of `terminal`, except that bytes pass through it unchanged:
  /// the real terminal treats them.
  static Result<Pty> like(int terminal);
  /// Takes over the size of `terminal`.
  void resize(int terminal) const;
};

}  // namespace joulecast::live
