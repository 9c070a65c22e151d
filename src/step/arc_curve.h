// Arc curves: how many nearest-neighbour arcs cross each place of a series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace joulecast::step {

/// Which neighbours count: both sides' (FLUSS) or only later ones (FLOSS).
enum class ArcDirection : std::uint8_t { kBoth, kForward };

/// arcs[i] = the number of windows w with min(w, neighbour[w]) <= i < max(w, neighbour[w]).
/// A negative neighbour means none. The others must be less than neighbour.size().
std::vector<std::int64_t> arc_curve(std::span<const std::int64_t> neighbour);

/// The ideal arc curve of `windows` > 0 windows as in IdealArcs::kReference. Where the draw has no
/// arcs to fit to, which only a handful of windows can do, it is all 0.
std::vector<double> reference_arcs(std::size_t windows, ArcDirection direction);

/// 2·i·(n-i)/n with n = `windows`.
std::vector<double> parabolic_arcs(std::size_t windows);

/// min(arcs / ideal, 1), where an ideal of 0 counts as 1e-10; 1 within `edge` windows of both ends.
/// `corrected` is as long as the others.
void correct_arcs(std::span<const std::int64_t> arcs, std::span<const double> ideal,
                  std::size_t edge, std::span<double> corrected);

}  // namespace joulecast::step
