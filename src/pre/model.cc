#include "pre/model.h"

namespace joulecast::pre {

double predict(const Model& model, const Matrix& inputs, const Features& features) {
  const Eigen::Map<const Vector> raw(features.data(), kFeatureCount);
  if (!model.gamma) {
    const Vector z = (raw - model.scaler.mean).cwiseQuotient(model.scaler.scale);
    return model.intercept + model.coefficients.dot(z);
  }
  double sum = model.intercept;
  for (Eigen::Index i = 0; i < inputs.rows(); ++i) {
    if (model.coefficients[i] == 0.0) continue;
    const double distance2 =
        (raw - inputs.row(i).transpose()).cwiseQuotient(model.scaler.scale).squaredNorm();
    sum += model.coefficients[i] * std::exp(-*model.gamma * distance2);
  }
  return sum;
}

}  // namespace joulecast::pre
