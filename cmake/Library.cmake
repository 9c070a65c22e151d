# The rooms together are one static library that others can use: find_package(joulecast), pkg-config.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY JOULECAST_ROOMS)
list(TRANSFORM rooms REPLACE "(.+)" "$<TARGET_OBJECTS:joulecast_\\1>" OUTPUT_VARIABLE objects)
add_library(joulecast STATIC ${objects})
add_library(joulecast::joulecast ALIAS joulecast)
set_target_properties(joulecast PROPERTIES LINKER_LANGUAGE CXX)
target_compile_features(joulecast INTERFACE cxx_std_20)
target_include_directories(joulecast INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# What a consumer of the static library must link too; no header of ours names any of it.
target_link_libraries(joulecast PRIVATE ${JOULECAST_FMT} ZLIB::ZLIB ${JOULECAST_RE2}
  ${JOULECAST_ZSTD} ${JOULECAST_SQLITECPP} ${JOULECAST_SVM} ${JOULECAST_JPEG}
  $<BUILD_INTERFACE:${JOULECAST_ONNX_ARCHIVE}>
  $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}/libjoulecast-onnx.a>
  ${JOULECAST_PROTOBUF} Threads::Threads)

install(TARGETS joulecast EXPORT joulecastTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${JOULECAST_ONNX_ARCHIVE} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/joulecast DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT joulecastTargets NAMESPACE joulecast::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/joulecast)
configure_package_config_file(cmake/joulecastConfig.cmake.in joulecastConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/joulecast)
write_basic_package_version_file(joulecastConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/joulecast.pc.in joulecast.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/joulecastConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/joulecastConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/joulecast)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/joulecast.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE NOTICE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
