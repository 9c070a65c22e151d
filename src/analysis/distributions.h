// Tails of distributions, without exceptions: Boost.Math's, in the one place that includes it.
#pragma once

namespace joulecast::analysis {

double normal_density(double x);
/// P(Z < x) and P(Z > x), each exact to rounding where it is small.
double normal_below(double x);
double normal_above(double x);
double normal_two_sided(double z);                        ///< P(|Z| > |z|)
double normal_quantile(double p);                         ///< 0 < p < 1
double students_t_two_sided(double t, double df);         ///< P(|T| > |t|); df > 0
double f_above(double f, double df1, double df2);         ///< f >= 0; df1, df2 > 0
double chi_squared_above(double chi_squared, double df);  ///< chi_squared >= 0; df > 0

}  // namespace joulecast::analysis
