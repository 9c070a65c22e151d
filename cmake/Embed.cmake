# joulecast_embed(TARGET FILE NAME): FILE's bytes become `extern const std::string_view NAME` in
# namespace joulecast, so that the command needs no file beside it. Declare it where it is used.
function(joulecast_embed target file name)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cc)
  set(path ${PROJECT_SOURCE_DIR}/${file})
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DFILE=${path} -DNAME=${name} -DSOURCE=${source}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${path} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake VERBATIM)
  target_sources(${target} PRIVATE ${source})
endfunction()
