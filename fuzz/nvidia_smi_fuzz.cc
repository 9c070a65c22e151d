#include "checking_sink.h"
#include "readers/nvidia_smi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return joulecast::fuzz::fuzz_format(joulecast::readers::read_nvidia_smi, data, size);
}
