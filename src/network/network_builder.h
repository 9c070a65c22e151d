// Networks made by formula, operator by operator.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "joulecast/network/network.h"

namespace joulecast::network {

/// What one sample is at some place of a network.
struct FeatureMap {
  std::int64_t channels = 0;
  std::int64_t height = 1, width = 1;

  double positions() const { return static_cast<double>(height) * static_cast<double>(width); }
  double elements() const { return static_cast<double>(channels) * positions(); }
};

struct ConvolutionShape {
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;  ///< Square, padded so that a stride of 1 keeps height and width.
  std::int64_t stride = 1;
  bool depthwise = false;  ///< out_channels are the map's.
};

/// Padded so that a stride of 1 keeps height and width.
struct PoolShape {
  std::int64_t kernel = 1, stride = 1;
};

/// A matrix product with weights, for each of `rows` rows of one sample.
struct DenseShape {
  double rows = 1.0;
  double in = 0.0, out = 0.0;
  bool bias = true;
  bool tied = false;  ///< The weights are an embedding's, and counted there.
};

/// Products of two activations: `count` of rows x inner by inner x columns for one sample.
struct ProductShape {
  double count = 1.0;
  double rows = 0.0, inner = 0.0, columns = 0.0;
  /// Elements that one sample reads; with grouped queries less than the product's sides say.
  double read = 0.0;
};

/// Appends operators to a network; element counts are of one sample, the batch is multiplied in
/// here. Not thread-safe.
class NetworkBuilder {
 public:
  /// The network must have its batch size.
  explicit NetworkBuilder(Network network) : network_(std::move(network)) {}

  /// What follows belongs to the classifier.
  void begin_head() { in_head_ = true; }

  FeatureMap convolution(std::string name, const FeatureMap& in, const ConvolutionShape& shape);
  /// Batch norm keeps means and variances; `groups` is the number of scales.
  void batch_norm(std::string name, double elements, double channels);
  /// `tensors`: 2 with a bias (layer norm), 1 without (RMS norm).
  void token_norm(std::string name, double elements, double channels, bool bias);
  void dense(std::string name, const DenseShape& shape);
  void product(std::string name, const ProductShape& shape);
  /// `inputs` tensors of `elements` elements into one.
  void element_wise(std::string name, std::string type, double elements, double inputs = 1.0);
  FeatureMap max_pool(std::string name, const FeatureMap& in, const PoolShape& shape);
  void global_average(std::string name, const FeatureMap& in);
  /// `rows` of a table of `entries` rows of `width`.
  void embedding(std::string name, double rows, double entries, double width);
  void move(std::string name, std::string type, double elements);

  Network take() && { return std::move(network_); }

 private:
  Operator& add(std::string name, std::string type, OperatorClass kind, double in, double out);
  double batch() const { return static_cast<double>(network_.batch_size); }

  Network network_;
  bool in_head_ = false;
};

}  // namespace joulecast::network
