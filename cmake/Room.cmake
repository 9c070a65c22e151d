# joulecast_gtest(TARGET [LABELS label] LIBRARIES library...): TARGET is a GoogleTest program; ctest
# sees each of its tests.
function(joulecast_gtest target)
  cmake_parse_arguments(ARG "" "LABELS" "LIBRARIES" ${ARGN})
  set(labels)
  if(ARG_LABELS)
    set(labels LABELS ${ARG_LABELS})
  endif()
  target_link_libraries(${target} PRIVATE joulecast_compile ${ARG_LIBRARIES}
    GTest::gmock GTest::gtest_main rapidcheck rapidcheck_gtest)
  target_compile_definitions(${target} PRIVATE
    JOULECAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" JOULECAST_FAKE_DIR="${PROJECT_BINARY_DIR}/fake")
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 ${labels})
endfunction()

# joulecast_room(NAME [THREADS] [ROOMS other...] [LIBRARIES target...])
#
# A room is the folder src/NAME (sources, private headers, tests beside them) with its public
# headers in include/joulecast/NAME. It becomes the target joulecast_NAME, which links the rooms
# it may use and nothing else; its *_test.cc files become the one program joulecast_NAME_test.
function(joulecast_room name)
  cmake_parse_arguments(ARG "THREADS" "" "ROOMS;LIBRARIES" ${ARGN})
  set(folder ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  add_library(joulecast_${name} STATIC ${sources})
  target_include_directories(joulecast_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_link_libraries(joulecast_${name} PRIVATE joulecast_compile)
  foreach(room IN LISTS ARG_ROOMS)
    target_link_libraries(joulecast_${name} PUBLIC joulecast_${room})
  endforeach()
  target_link_libraries(joulecast_${name} PUBLIC ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY JOULECAST_ROOMS ${name})
  set_property(GLOBAL PROPERTY JOULECAST_ROOM_${name}_ROOMS "${ARG_ROOMS}")

  if(JOULECAST_BUILD_TESTS AND tests)
    add_executable(joulecast_${name}_test ${tests})
    # Tests of rooms with threads are run under ThreadSanitizer too: ctest -L threads.
    set(label sequential)
    if(ARG_THREADS)
      set(label threads)
    endif()
    joulecast_gtest(joulecast_${name}_test LABELS ${label} LIBRARIES joulecast_${name})
  endif()
endfunction()
