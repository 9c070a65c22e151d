// The studentized range: how far apart the means of groups come by chance.
#pragma once

namespace joulecast::analysis {

/// P(Q > q), where Q is the range of `groups` standard normal values over an independent estimate
/// of their standard deviation with `df` degrees of freedom. q >= 0, groups >= 2, df > 0. Exact to
/// about 1e-12 of itself, also far in the tail.
double studentized_range_above(double q, double groups, double df);

}  // namespace joulecast::analysis
