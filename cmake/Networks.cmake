# data/networks (see tools/networks/) as one table inside the program: src/network/named_files.h.
set(networks_folder ${PROJECT_SOURCE_DIR}/data/networks)
file(GLOB_RECURSE networks CONFIGURE_DEPENDS RELATIVE ${networks_folder}
  ${networks_folder}/index.toml ${networks_folder}/*.onnx.zst ${networks_folder}/transformers/*.json)
list(SORT networks)
set(networks_source ${PROJECT_BINARY_DIR}/embedded/named_files.cc)
set(networks_list ${PROJECT_BINARY_DIR}/embedded/named_files.txt)
list(JOIN networks "\n" networks_lines)
file(CONFIGURE OUTPUT ${networks_list} CONTENT "${networks_lines}\n" @ONLY)
list(TRANSFORM networks PREPEND ${networks_folder}/ OUTPUT_VARIABLE networks_paths)
add_custom_command(OUTPUT ${networks_source}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${networks_folder} -DLIST=${networks_list}
          -DSOURCE=${networks_source} -P ${PROJECT_SOURCE_DIR}/cmake/embed_networks.cmake
  DEPENDS ${networks_paths} ${networks_list} ${PROJECT_SOURCE_DIR}/cmake/embed_networks.cmake
  VERBATIM)
target_sources(joulecast_network PRIVATE ${networks_source})
