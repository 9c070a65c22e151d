#include "store/frames.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace joulecast::store {
namespace {

constexpr std::uint32_t kSkippableMagic = 0x184D2A51;
constexpr std::string_view kTag = "jcf1";
constexpr std::size_t kPrefixBytes = 8;                   // zstd's: magic, size of the content
constexpr std::size_t kContentBytes = 4 + 8 + 4 * 3 + 4;  // tag, row, rows, devices, body, crc
constexpr std::size_t kHeaderBytes = kPrefixBytes + kContentBytes;
constexpr std::size_t kWordBytes = 8;
constexpr int kLevel = 3;

template <typename Integer>
void put(std::string& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

template <typename Integer>
Integer get(std::string_view bytes, std::size_t at) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value |= static_cast<Integer>(static_cast<Integer>(static_cast<unsigned char>(bytes[at + i]))
                                  << (8 * i));
  }
  return value;
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

constexpr double kMicro = 1e6, kMilli = 1e3;

std::int64_t micros_of(double time_s) {
  constexpr double kLatestS = 1e12;
  return std::llround(std::clamp(time_s, -kLatestS, kLatestS) * kMicro);
}

// 0: unknown; else one more than the zigzag of the milliwatts.
std::uint64_t code_of(float power_w) {
  constexpr double kMostW = 1e12;
  if (!std::isfinite(power_w)) return 0;
  return zigzag(std::llround(std::clamp<double>(power_w, -kMostW, kMostW) * kMilli)) + 1;
}

float power_of(std::uint64_t code) {
  if (code == 0) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(static_cast<double>(unzigzag(code - 1)) / kMilli);
}

// The columns one after the other: differences of times, then of each device's codes.
std::vector<std::uint64_t> differences(const Rows& rows, std::size_t from) {
  const std::size_t n = rows.size() - from;
  std::vector<std::uint64_t> words;
  words.reserve(n * (rows.devices + 1));
  std::uint64_t before = 0;
  const auto push = [&](std::uint64_t value) {
    words.push_back(zigzag(static_cast<std::int64_t>(value - before)));
    before = value;
  };
  std::uint64_t time = 0;
  for (std::size_t i = from; i < rows.size(); ++i) {
    const auto now = static_cast<std::uint64_t>(micros_of(rows.time_s[i]));
    push(now - time);  // differences of the intervals, which hardly change
    time = now;
  }
  for (std::size_t d = 0; d < rows.devices; ++d) {
    before = 0;
    for (std::size_t i = from; i < rows.size(); ++i) push(code_of(rows.row(i)[d]));
  }
  return words;
}

Rows undo_differences(const std::vector<std::uint64_t>& words, std::size_t n, std::size_t devices) {
  Rows rows;
  rows.devices = devices;
  rows.time_s.resize(n);
  rows.power_w.resize(n * devices);
  std::uint64_t value = 0, time = 0;
  const auto pull = [&](std::size_t at) {
    value += static_cast<std::uint64_t>(unzigzag(words[at]));
    return value;
  };
  for (std::size_t i = 0; i < n; ++i) {
    time += pull(i);
    rows.time_s[i] = static_cast<double>(static_cast<std::int64_t>(time)) / kMicro;
  }
  for (std::size_t d = 0; d < devices; ++d) {
    value = 0;
    for (std::size_t i = 0; i < n; ++i)
      rows.power_w[i * devices + d] = power_of(pull((d + 1) * n + i));
  }
  return rows;
}

// Byte b of every word, then byte b+1: bytes of one weight are alike, and compress together.
std::string plane_of(const std::vector<std::uint64_t>& words, std::size_t plane) {
  std::string bytes(words.size(), '\0');
  for (std::size_t i = 0; i < words.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<unsigned char>(words[i] >> (8 * plane)));
  }
  return bytes;
}

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct FrameEncoder::Context {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> zstd{ZSTD_createCCtx()};

  // One zstd block a plane, each with entropy tables of its own.
  std::string compress(const std::vector<std::uint64_t>& words) const {
    const std::size_t content = words.size() * kWordBytes;
    ZSTD_CCtx_reset(zstd.get(), ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(zstd.get(), content);
    constexpr std::size_t kBlockRoom = 64;
    std::string body(ZSTD_compressBound(content) + kWordBytes * kBlockRoom, '\0');
    ZSTD_outBuffer out{.dst = body.data(), .size = body.size(), .pos = 0};
    for (std::size_t plane = 0; plane < kWordBytes; ++plane) {
      const std::string bytes = plane_of(words, plane);
      ZSTD_inBuffer in{.src = bytes.data(), .size = bytes.size(), .pos = 0};
      const auto mode = plane + 1 == kWordBytes ? ZSTD_e_end : ZSTD_e_flush;
      // The room suffices for all of it, so that one call takes everything.
      if (ZSTD_compressStream2(zstd.get(), &out, &in, mode) != 0) return {};
    }
    body.resize(out.pos);
    return body;
  }
};

FrameEncoder::FrameEncoder() : context_(std::make_unique<Context>()) {}
FrameEncoder::FrameEncoder(FrameEncoder&& other) noexcept = default;
FrameEncoder::~FrameEncoder() = default;

std::string FrameEncoder::encode(const Rows& rows, std::size_t from, std::uint64_t first_row) {
  if (from >= rows.size()) return {};
  const std::string body = context_->compress(differences(rows, from));
  if (body.empty()) return {};
  std::string frame;
  frame.reserve(kHeaderBytes + body.size());
  put(frame, kSkippableMagic);
  put(frame, static_cast<std::uint32_t>(kContentBytes));
  frame += kTag;
  put(frame, first_row);
  put(frame, static_cast<std::uint32_t>(rows.size() - from));
  put(frame, static_cast<std::uint32_t>(rows.devices));
  put(frame, static_cast<std::uint32_t>(body.size()));
  put(frame, checksum(frame));
  return frame + body;
}

std::optional<FrameView> FrameScanner::next() {
  std::string magic;
  put(magic, kSkippableMagic);
  std::size_t at = at_;
  for (;;) {
    const std::size_t found = bytes_.find(magic, at);
    if (found == std::string_view::npos || bytes_.size() - found < kHeaderBytes)
      return std::nullopt;
    const std::string_view header = bytes_.substr(found, kHeaderBytes);
    at = found + 1;
    if (header.substr(kPrefixBytes, kTag.size()) != kTag) continue;
    if (get<std::uint32_t>(header, kHeaderBytes - 4) !=
        checksum(header.substr(0, kHeaderBytes - 4))) {
      continue;
    }
    FrameView frame;
    frame.offset = found;
    frame.first_row = get<std::uint64_t>(header, 12);
    frame.rows = get<std::uint32_t>(header, 20);
    frame.devices = get<std::uint32_t>(header, 24);
    const std::size_t body = get<std::uint32_t>(header, 28);
    if (frame.rows == 0 || frame.rows > most_frame_rows(frame.devices)) continue;
    if (body > kLargestFrame || bytes_.size() - found - kHeaderBytes < body) continue;
    frame.body = bytes_.substr(found + kHeaderBytes, body);
    skipped_ += found - at_;
    at_ = found + kHeaderBytes + body;
    return frame;
  }
}

std::optional<Rows> decode(const FrameView& frame) {
  const std::size_t words = std::size_t{frame.rows} * (std::size_t{frame.devices} + 1);
  const std::size_t content = words * kWordBytes;
  // zstd packs at most some 32 000 times; a header that promises more is not believed.
  constexpr std::size_t kMostRatio = std::size_t{1} << 15U;
  if (content / kMostRatio > frame.body.size() ||
      ZSTD_getFrameContentSize(frame.body.data(), frame.body.size()) != content) {
    return std::nullopt;
  }
  std::string bytes(content, '\0');
  if (ZSTD_decompress(bytes.data(), content, frame.body.data(), frame.body.size()) != content) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> values(words, 0);
  for (std::size_t plane = 0; plane < kWordBytes; ++plane) {
    for (std::size_t i = 0; i < words; ++i) {
      values[i] |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[plane * words + i]))
                   << (8 * plane);
    }
  }
  return undo_differences(values, frame.rows, frame.devices);
}

}  // namespace joulecast::store
