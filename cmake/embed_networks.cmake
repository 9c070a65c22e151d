# Run as: cmake -DFOLDER=... -DLIST=... -DSOURCE=... -P embed_networks.cmake
# LIST names files in FOLDER, one a line. As in embed_file.cmake the assembler takes their bytes.
file(STRINGS ${LIST} names)
set(assembly "")
set(symbols "")
set(rows "")
set(number 0)
foreach(name IN LISTS names)
  set(label joulecast_network_${number})
  string(APPEND assembly "        \"${label}: .incbin \\\"${FOLDER}/${name}\\\"\\n\"\n"
    "        \"${label}_end: .byte 0\\n\"\n")
  string(APPEND symbols "extern const char begin_${number}[] __asm__(\"${label}\");\n"
    "extern const char end_${number}[] __asm__(\"${label}_end\");\n")
  string(APPEND rows "      {\"${name}\", {begin_${number}, "
    "static_cast<std::size_t>(end_${number} - begin_${number})}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${SOURCE} "#include \"network/named_files.h\"

#include <cstddef>
#include <vector>

__asm__(\".section .rodata\\n\"
${assembly}        \".previous\\n\");

extern \"C\" {
${symbols}}

namespace joulecast::network {

std::span<const NamedFile> named_files() {
  static const std::vector<NamedFile> files = {
${rows}  };
  return files;
}

}  // namespace joulecast::network
")
