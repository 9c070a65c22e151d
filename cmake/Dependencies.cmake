# Other people's libraries, all Debian 12 packages (tools/packages.txt lists them).
find_package(Threads REQUIRED)
set(ZLIB_USE_STATIC_LIBS ${JOULECAST_PORTABLE})
find_package(ZLIB REQUIRED)
find_package(fmt 9 REQUIRED)
# Debian has no static libfmt; the portable binary takes the header-only form.
set(JOULECAST_FMT $<IF:$<BOOL:${JOULECAST_PORTABLE}>,fmt::fmt-header-only,fmt::fmt>)
# Debian's RE2 has no CMake package; by its plain name an installed joulecast needs none either.
set(JOULECAST_RE2 $<IF:$<BOOL:${JOULECAST_PORTABLE}>,-l:libre2.a,re2>)
# Likewise by their plain names.
set(JOULECAST_ZSTD $<IF:$<BOOL:${JOULECAST_PORTABLE}>,-l:libzstd.a,zstd>)
set(JOULECAST_SQLITECPP SQLiteCpp $<IF:$<BOOL:${JOULECAST_PORTABLE}>,-l:libsqlite3.a,sqlite3>)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
if(JOULECAST_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(GoogleTest)
endif()
if(JOULECAST_BUILD_BENCHMARKS)
  find_package(benchmark 1.7 REQUIRED)
endif()
