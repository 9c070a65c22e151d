# How every file of the project is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The interface every target of ours links: warnings are errors, sanitizers as asked for.
add_library(joulecast_compile INTERFACE)
target_compile_options(joulecast_compile INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wcast-qual)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees overlapping copies and uninitialised bytes in std::string where there are none (GCC
  # bugs 105651 and 105562); clang and the sanitizers look for both too.
  target_compile_options(joulecast_compile INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
# The same inputs give the same numbers on every machine: no fused multiply-add behind our back.
target_compile_options(joulecast_compile INTERFACE -ffp-contract=off)

if(JOULECAST_SANITIZE)
  set(flags -fsanitize=${JOULECAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(joulecast_compile INTERFACE ${flags})
  target_link_options(joulecast_compile INTERFACE ${flags})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
