# sluice_add_plugin(NAME source…): a shared library that the gateway can load: hidden visibility, nothing unresolved, no
# symbols that keep it mapped for ever, and one exported function.
set(SLUICE_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(sluice_add_plugin name)
    add_library(${name} MODULE ${ARGN})
    target_link_libraries(${name} PRIVATE SluicePlugin::sdk)
    target_compile_options(${name} PRIVATE -fvisibility=hidden $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
        $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
    target_link_options(${name} PRIVATE -Wl,-z,now -Wl,-z,relro -Wl,-Bsymbolic -Wl,--exclude-libs,ALL)
    target_link_options(${name} PRIVATE LINKER:--version-script=${SLUICE_PLUGIN_MAP})
    if(NOT SLUICE_SANITIZE)
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${SLUICE_PLUGIN_DIR})
endfunction()
