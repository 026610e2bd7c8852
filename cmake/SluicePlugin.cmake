# sluice_add_plugin(NAME source… [MANIFEST manifest.json]): a shared library that the gateway can load: hidden visibility,
# nothing unresolved, no symbols that keep it mapped for ever, and one exported function. Installed as part of
# SluicePlugin, too.
#
#   MANIFEST manifest.json     its manifest in a file of its own: NAME_manifest.hpp has it as SLUICE_MANIFEST and its
#                              configuration as the struct NAME::Config, see SluiceManifest.cmake
#   SLUICE_PLUGIN_DIR          where it is built; default: CMake's own
#   SLUICE_PLUGIN_INSTALL_DIR  where it is installed, below the prefix; empty: not at all

include(${CMAKE_CURRENT_LIST_DIR}/SluiceManifest.cmake)

function(sluice_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 plugin "" MANIFEST "")
    add_library(${name} MODULE ${plugin_UNPARSED_ARGUMENTS})
    if(plugin_MANIFEST)
        sluice_manifest_header(${name} ${name} "${plugin_MANIFEST}")
    endif()
    target_link_libraries(${name} PRIVATE SluicePlugin::sdk)
    target_compile_options(${name} PRIVATE -fvisibility=hidden $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
        $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
    target_link_options(${name} PRIVATE -Wl,-z,now -Wl,-z,relro -Wl,-Bsymbolic -Wl,--exclude-libs,ALL)
    target_link_options(${name} PRIVATE LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
    if(NOT SLUICE_SANITIZE)
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${name} PROPERTIES PREFIX "")
    if(SLUICE_PLUGIN_DIR)
        set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${SLUICE_PLUGIN_DIR})
    endif()
    if(SLUICE_PLUGIN_INSTALL_DIR)
        install(TARGETS ${name} LIBRARY DESTINATION ${SLUICE_PLUGIN_INSTALL_DIR} COMPONENT gateway)
    endif()
endfunction()
