#include "analysis/distributions.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>
#include <cmath>
#include <numbers>

namespace joulecast::analysis {
namespace {

namespace policies = boost::math::policies;

// A tail too thin for a double is 0; arguments are checked before they come here.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::underflow_error<policies::ignore_error>,
                               policies::denorm_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;

template <typename Distribution>
double above(const Distribution& distribution, double x) {
  return boost::math::cdf(boost::math::complement(distribution, x));
}

}  // namespace

double normal_density(double x) {
  return std::exp(-0.5 * x * x) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}

double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double normal_above(double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); }

double normal_two_sided(double z) { return std::erfc(std::abs(z) / std::numbers::sqrt2); }

double normal_quantile(double p) {
  return boost::math::quantile(boost::math::normal_distribution<double, Quiet>(), p);
}

double students_t_two_sided(double t, double df) {
  return 2.0 * above(boost::math::students_t_distribution<double, Quiet>(df), std::abs(t));
}

double f_above(double f, double df1, double df2) {
  return above(boost::math::fisher_f_distribution<double, Quiet>(df1, df2), f);
}

double chi_squared_above(double chi_squared, double df) {
  return above(boost::math::chi_squared_distribution<double, Quiet>(df), chi_squared);
}

}  // namespace joulecast::analysis
