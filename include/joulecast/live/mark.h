// What a training says of itself while it runs: one line of text per mark (docs/marks.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "joulecast/base/result.h"

namespace joulecast::live {

/// One mark. Counts and metrics are absent where they were not said.
struct Mark {
  enum class Kind {
    kEpochBegin,  ///< "epoch_begin [N]"
    kEpochEnd,    ///< "epoch_end [N] [loss=X] [val_loss=X] [val_accuracy=X] [accuracy=X] [steps=N]
                  ///< [samples=N] [tokens=N] [trainable_parameters=N] [batch_size=N]
                  ///< [image_size=N]"; "epoch" is short for it.
    kStep,        ///< "step N [samples=N] [tokens=N] [loss=X]": N steps have been done so far;
                  ///< samples and tokens likewise count from the run's start.
    kPhase,       ///< "phase NAME": what follows is of another kind.
    kPlan,        ///< "plan epochs=N|steps=N|samples=N|tokens=N"
    kEvaluationBegin,  ///< "evaluation_begin"
    kEvaluationEnd,    ///< "evaluation_end [val_loss=X] [val_accuracy=X]"
    kWindowBegin,      ///< "window_begin NAME": windows nest and overlap freely.
    kWindowEnd,        ///< "window_end NAME"
    kNote,             ///< "note TEXT": the rest of the line, or one word in quotes.
  } kind = Kind::kNote;
  std::optional<std::int64_t> number;
  std::string text;  ///< The name or the note.
  /// val_accuracy, where it is said, is the accuracy that counts.
  std::optional<double> loss, validation_loss, accuracy;
  std::optional<double> epochs, steps, samples, tokens;  ///< kPlan: in all. Else: done.
  std::optional<double> trainable_parameters, batch_size, image_size;
  /// "t=X", allowed in every mark: CLOCK_MONOTONIC seconds at which it happened, for senders that
  /// know better than the moment of arrival.
  std::optional<double> time_s;
};

/// Reads one line, without its newline. Words are separated by blanks; a name or value with blanks
/// or '=' stands in double quotes, with \" and \\ inside. Errors: an unknown mark or key (with the
/// nearest), a number that is none, not finite or negative where it cannot be, a key given twice, a
/// missing or overlong name (256 bytes; a note 4096), bytes that are not UTF-8 or control
/// characters.
Result<Mark> parse_mark(std::string_view line);

/// The line for a mark that parse_mark() could have given; parse_mark() reads it back as the same.
std::string mark_line(const Mark& mark);

}  // namespace joulecast::live
