#include "joulecast/step/streaming_matrix_profile.h"

#include <fmt/format.h>

#include <utility>

#include "step/matrix_profile_join.h"
#include "step/matrix_profile_stream.h"

namespace joulecast::step {

struct StreamingMatrixProfile::State {
  NeighbourStream stream;
};

Result<StreamingMatrixProfile> StreamingMatrixProfile::create(
    std::size_t window, std::optional<std::size_t> exclusion_zone) {
  if (Status status = check_window(window); !status) return status.error();
  return StreamingMatrixProfile(std::make_unique<State>(
      State{NeighbourStream(window, exclusion_zone.value_or(default_exclusion_zone(window)))}));
}

StreamingMatrixProfile::StreamingMatrixProfile(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
StreamingMatrixProfile::StreamingMatrixProfile(StreamingMatrixProfile&&) noexcept = default;
StreamingMatrixProfile& StreamingMatrixProfile::operator=(StreamingMatrixProfile&&) noexcept =
    default;
StreamingMatrixProfile::~StreamingMatrixProfile() = default;

void StreamingMatrixProfile::append(double sample) { state_->stream.append(sample); }

MatrixProfile StreamingMatrixProfile::profile() const {
  const NeighbourStream& stream = state_->stream;
  return nearest(stream.left(), stream.right(), stream.window());
}

}  // namespace joulecast::step
