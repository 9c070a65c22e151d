#include <csetjmp>
#include <cstddef>
#include <cstdio>  // before jpeglib.h, which needs it
#include <cstdlib>
#include <string>

#include <jpeglib.h>

#include "hardware/host_images.h"

namespace joulecast::hardware {
namespace {

// The library ends the program at an error unless it is led out with longjmp. No frame between
// setjmp and the library holds anything with a destructor.
struct Errors {
  jpeg_error_mgr manager;  // first: the library knows it by this address
  std::jmp_buf out;
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<Errors*>(info->err);
  info->err->format_message(info, errors->text);
  std::longjmp(errors->out, 1);
}

void stay_silent(j_common_ptr /*info*/, int /*level*/) {}

jpeg_error_mgr* prepare(Errors& errors) {
  jpeg_std_error(&errors.manager);
  errors.manager.error_exit = leave;
  errors.manager.emit_message = stay_silent;
  return &errors.manager;
}

struct Encoder {
  jpeg_compress_struct info;
  Errors errors;
  unsigned char* bytes;  // from malloc
  unsigned long size;
};

bool encode(Encoder& encoder, const Image& image, int quality) {
  jpeg_compress_struct& info = encoder.info;
  info.err = prepare(encoder.errors);
  if (setjmp(encoder.errors.out) != 0) return false;
  jpeg_CreateCompress(&info, JPEG_LIB_VERSION, sizeof info);
  jpeg_mem_dest(&info, &encoder.bytes, &encoder.size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    // The library's interface is older than const.
    auto* row = const_cast<unsigned char*>(image.bytes.data()) +
                std::size_t{info.next_scanline} * info.image_width * 3;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

struct Decoder {
  jpeg_decompress_struct info;
  Errors errors;
};

bool start(Decoder& decoder, const std::vector<unsigned char>& jpeg) {
  jpeg_decompress_struct& info = decoder.info;
  info.err = prepare(decoder.errors);
  if (setjmp(decoder.errors.out) != 0) return false;
  jpeg_CreateDecompress(&info, JPEG_LIB_VERSION, sizeof info);
  jpeg_mem_src(&info, jpeg.data(), static_cast<unsigned long>(jpeg.size()));
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  return true;
}

bool read_rows(Decoder& decoder, unsigned char* bytes) {
  jpeg_decompress_struct& info = decoder.info;
  if (setjmp(decoder.errors.out) != 0) return false;
  while (info.output_scanline < info.output_height) {
    unsigned char* row = bytes + std::size_t{info.output_scanline} * info.output_width * 3;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

}  // namespace

Result<std::vector<unsigned char>> encode_jpeg(const Image& image, int quality) {
  Encoder encoder{};
  const bool done = encode(encoder, image, quality);
  jpeg_destroy_compress(&encoder.info);
  std::vector<unsigned char> bytes(encoder.bytes, encoder.bytes + encoder.size);
  std::free(encoder.bytes);  // NOLINT(cppcoreguidelines-no-malloc): the library's malloc
  if (!done) return Error{std::string("JPEG: ") + encoder.errors.text};
  return bytes;
}

Status decode_jpeg(const std::vector<unsigned char>& jpeg, Image& image) {
  Decoder decoder{};
  bool done = start(decoder, jpeg);
  if (done) {
    image.width = static_cast<int>(decoder.info.output_width);
    image.height = static_cast<int>(decoder.info.output_height);
    image.bytes.resize(std::size_t{decoder.info.output_width} * decoder.info.output_height * 3);
    done = read_rows(decoder, image.bytes.data());
  }
  jpeg_destroy_decompress(&decoder.info);
  if (!done) return Error{std::string("JPEG: ") + decoder.errors.text};
  return {};
}

}  // namespace joulecast::hardware
