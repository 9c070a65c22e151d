// What a tensor on the wire says that it holds, against what it does hold.
#pragma once

#include <string>

#include "joulecast/base/result.h"
#include "network/onnx_fields.h"
#include "network/onnx_tensor.h"

namespace joulecast::network {

class TensorClaim {
 public:
  /// Whether a field of a TensorProto has numbers: float_data, int32_data, int64_data, raw_data,
  /// double_data, uint64_data.
  static bool is_payload(unsigned number);

  /// Takes in one field of the tensor; its numbers themselves are not touched.
  void read(const Field& field);

  /// Error: some data, but less than the dimensions need. A tensor without any is fine: it was left
  /// out, or lies in another file. One clause, without the file's name.
  Status check() const;

 private:
  std::string name_;
  Dims dims_;
  int type_ = 0;
  double raw_bytes_ = 0.0;
  double listed_ = 0.0;  ///< At most so many numbers in lists; a varint has a byte at least.
};

}  // namespace joulecast::network
