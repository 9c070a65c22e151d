# Run as: cmake -DFILE=... -DNAME=... -DSOURCE=... -P embed_file.cmake
# The assembler's .incbin takes a file of any size in no time; a C array would be compiled for long.
file(WRITE ${SOURCE} "#include <cstddef>
#include <string_view>

__asm__(\".section .rodata\\n\"
        \"joulecast_embedded_${NAME}:\\n\"
        \".incbin \\\"${FILE}\\\"\\n\"
        \"joulecast_embedded_${NAME}_end: .byte 0\\n\"
        \".previous\\n\");

extern \"C\" {
extern const char begin_${NAME}[] __asm__(\"joulecast_embedded_${NAME}\");
extern const char end_${NAME}[] __asm__(\"joulecast_embedded_${NAME}_end\");
}

namespace joulecast {
extern const std::string_view ${NAME};
const std::string_view ${NAME}(begin_${NAME}, static_cast<std::size_t>(end_${NAME} - begin_${NAME}));
}  // namespace joulecast
")
