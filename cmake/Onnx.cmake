# joulecast_onnx: ONNX's protobuf classes, schemas and shape inference, as one static archive.
#
# Debian's libonnx ends at opset 17, older than PyTorch's default export; so the source distribution
# is fetched with pip and built here, once for all presets that share a processor. It lies outside
# the presets' folders, is never instrumented, and registers no schema before main().
set(JOULECAST_ONNX_VERSION 1.19.1)
set(JOULECAST_ONNX_SHA256 737524d6eb3907d3499ea459c6f01c5a96278bb3a0f2ff8ae04786fb5d7f1ed5)
# Raise it when the build below changes: the folder's name has it.
set(JOULECAST_ONNX_BUILD 2)
set(JOULECAST_THIRD_PARTY ${PROJECT_SOURCE_DIR}/build/third_party CACHE PATH
  "Where libraries that Debian lacks are fetched to and built")
# Its own namespace: a program that has another ONNX can link joulecast as well.
set(JOULECAST_ONNX_DEFINITIONS ONNX_NAMESPACE=joulecast_onnx ONNX_ML=1 ONNX_USE_LITE_PROTO=1
  __ONNX_DISABLE_STATIC_REGISTRATION __STDC_FORMAT_MACROS)

function(joulecast_onnx_step what log)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed
    OUTPUT_FILE ${log} ERROR_FILE ${log})
  if(failed)
    file(STRINGS ${log} lines)
    list(LENGTH lines count)
    math(EXPR first "${count} > 20 ? ${count} - 20 : 0")
    list(SUBLIST lines ${first} -1 lines)
    list(JOIN lines "\n" tail)
    message(FATAL_ERROR "ONNX: ${what} failed; see ${log}\n${tail}\n${JOULECAST_ONNX_HINT}")
  endif()
endfunction()

function(joulecast_onnx_source folder)
  set(archive ${JOULECAST_THIRD_PARTY}/onnx-${JOULECAST_ONNX_VERSION}.tar.gz)
  if(NOT EXISTS ${archive})
    message(STATUS "ONNX ${JOULECAST_ONNX_VERSION}: fetching the source with pip")
    set(JOULECAST_ONNX_HINT "Without a network: put onnx's source distribution "
      "onnx-${JOULECAST_ONNX_VERSION}.tar.gz at ${archive} and configure again")
    list(JOIN JOULECAST_ONNX_HINT "" JOULECAST_ONNX_HINT)
    joulecast_onnx_step("fetching the source with pip" ${JOULECAST_THIRD_PARTY}/onnx-fetch.log
      ${CMAKE_COMMAND} -E env TMPDIR=${JOULECAST_THIRD_PARTY} /usr/bin/python3 -m pip download
      --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --no-binary :all:
      --dest ${JOULECAST_THIRD_PARTY} onnx==${JOULECAST_ONNX_VERSION})
  endif()
  file(SHA256 ${archive} found)
  if(NOT found STREQUAL JOULECAST_ONNX_SHA256)
    message(FATAL_ERROR "ONNX: ${archive} has SHA-256 ${found}, not ${JOULECAST_ONNX_SHA256}; "
      "delete it and configure again")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${folder})
endfunction()

function(joulecast_onnx_build prefix)
  set(work ${prefix}.work)
  file(REMOVE_RECURSE ${work} ${prefix})
  joulecast_onnx_source(${work})
  message(STATUS "ONNX ${JOULECAST_ONNX_VERSION}: building it, once (about 3 minutes on 2 cores)")
  set(toolchain)
  if(CMAKE_TOOLCHAIN_FILE)
    set(toolchain -DCMAKE_TOOLCHAIN_FILE=${CMAKE_TOOLCHAIN_FILE})
  endif()
  if(CCACHE)
    list(APPEND toolchain -DCMAKE_CXX_COMPILER_LAUNCHER=${CCACHE})
  endif()
  set(log ${JOULECAST_THIRD_PARTY}/onnx-build.log)
  # Without NDEBUG protobuf checks every index, and throws: ONNX's inference trusts the file's ranks.
  joulecast_onnx_step(configuring ${log} ${CMAKE_COMMAND} -G Ninja
    -S ${work}/onnx-${JOULECAST_ONNX_VERSION} -B ${work}/build ${toolchain}
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_CXX_STANDARD=17
    -DCMAKE_CXX_FLAGS=-D__ONNX_NO_DOC_STRINGS -DCMAKE_CXX_FLAGS_RELEASE=-O2 -DCMAKE_INSTALL_PREFIX=${work}/tree
    -DPython3_EXECUTABLE=/usr/bin/python3 -DProtobuf_USE_STATIC_LIBS=ON
    -DProtobuf_PROTOC_EXECUTABLE=/usr/bin/protoc -DONNX_NAMESPACE=joulecast_onnx
    -DONNX_BUILD_PYTHON=OFF -DONNX_USE_LITE_PROTO=ON -DONNX_DISABLE_STATIC_REGISTRATION=ON)
  joulecast_onnx_step(building ${log} ${CMAKE_COMMAND} --build ${work}/build -j 2)
  joulecast_onnx_step(installing ${log} ${CMAKE_COMMAND} --install ${work}/build)
  file(WRITE ${work}/merge "create ${work}/tree/libjoulecast-onnx.a\n"
    "addlib ${work}/build/libonnx.a\naddlib ${work}/build/libonnx_proto.a\nsave\nend\n")
  execute_process(COMMAND ${CMAKE_AR} -M INPUT_FILE ${work}/merge COMMAND_ERROR_IS_FATAL ANY)
  # The folder appears whole or not at all.
  file(RENAME ${work}/tree ${prefix})
  file(REMOVE_RECURSE ${work})
endfunction()

# The schemas' names, so that only those which a network uses are ever made.
function(joulecast_onnx_schema_list prefix)
  file(STRINGS ${prefix}/include/onnx/defs/operator_sets.h lines
    REGEX "^class ONNX_OPERATOR_SET_SCHEMA_CLASS_NAME\\(Onnx, [0-9]+, [A-Za-z0-9_]+\\);")
  list(TRANSFORM lines REPLACE "^class ONNX_[A-Z_]+\\((Onnx, [0-9]+, [A-Za-z0-9_]+)\\);.*"
    "JOULECAST_ONNX_SCHEMA(\\1)")
  list(JOIN lines "\n" text)
  file(CONFIGURE OUTPUT ${prefix}/include/onnx_schema_list.inc CONTENT "${text}\n" @ONLY)
endfunction()

# protoc's classes fit one version of the library only.
execute_process(COMMAND pkg-config --modversion protobuf-lite OUTPUT_VARIABLE protobuf_version
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(prefix ${JOULECAST_THIRD_PARTY}/onnx-${JOULECAST_ONNX_VERSION}-${JOULECAST_ONNX_BUILD})
string(APPEND prefix -protobuf-${protobuf_version}-${CMAKE_SYSTEM_PROCESSOR})
file(MAKE_DIRECTORY ${JOULECAST_THIRD_PARTY})
file(LOCK ${JOULECAST_THIRD_PARTY}/onnx.lock GUARD FILE TIMEOUT 3600)
if(NOT EXISTS ${prefix}/libjoulecast-onnx.a)
  joulecast_onnx_build(${prefix})
endif()
joulecast_onnx_schema_list(${prefix})
file(LOCK ${JOULECAST_THIRD_PARTY}/onnx.lock RELEASE)

set(JOULECAST_ONNX_ARCHIVE ${prefix}/libjoulecast-onnx.a)
set(JOULECAST_PROTOBUF $<IF:$<BOOL:${JOULECAST_PORTABLE}>,-l:libprotobuf-lite.a,protobuf-lite>)
add_library(joulecast_onnx INTERFACE)
# As a system's: none of our warnings are for these headers.
target_include_directories(joulecast_onnx SYSTEM INTERFACE ${prefix}/include)
target_compile_definitions(joulecast_onnx INTERFACE ${JOULECAST_ONNX_DEFINITIONS})
target_link_libraries(joulecast_onnx INTERFACE ${JOULECAST_ONNX_ARCHIVE} ${JOULECAST_PROTOBUF})
