# claw_page(PAGE OUTPUT_VARIABLE FUNCTION HEADER): builds web/PAGE and names a source file that defines FUNCTION, declared
# in HEADER, with the page's files and no other page's. Only a program that takes that source file builds the page.
function(claw_page page output function header)
  set(web "${CMAKE_SOURCE_DIR}/web")
  set(script "${CMAKE_SOURCE_DIR}/cmake/embed_page.cmake")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${page}_page_files.cpp")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${web}/src/${page}/*" "${web}/${page}/*")
  file(GLOB shared CONFIGURE_DEPENDS "${web}/src/common/*" "${web}/src/*.css")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DWEB_DIR=${web}" "-DPAGE=${page}" "-DOUT_DIR=${CMAKE_CURRENT_BINARY_DIR}/${page}_page"
      "-DOUTPUT=${source}" "-DFUNCTION=${function}" "-DHEADER=${header}" -P "${script}"
    DEPENDS ${sources} ${shared} "${web}/package.json" "${web}/package-lock.json" "${web}/tsconfig.json"
      "${web}/vite.config.ts" "${script}"
    COMMENT "Building the ${page} page"
    VERBATIM)
  set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-Wno-c23-extensions")
  set(${output} "${source}" PARENT_SCOPE)
endfunction()
