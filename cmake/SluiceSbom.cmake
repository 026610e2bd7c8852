# cmake --build BUILD --target sbom: BUILD/sluice.cdx.json, what is in this build and where it is from (tools/sbom/sbom.py).
# Included last: it has to know every plugin.
find_package(Python3 3.9 QUIET COMPONENTS Interpreter)
if(Python3_FOUND)
    set(shipped sluice)
    get_property(dirs DIRECTORY ${CMAKE_SOURCE_DIR}/plugins PROPERTY SUBDIRECTORIES)
    foreach(dir IN LISTS dirs)
        get_property(targets DIRECTORY ${dir} PROPERTY BUILDSYSTEM_TARGETS)
        foreach(target IN LISTS targets)
            get_target_property(type ${target} TYPE)
            if(type STREQUAL "MODULE_LIBRARY")
                list(APPEND shipped ${target})
            endif()
        endforeach()
    endforeach()
    add_custom_target(sbom
        COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/sbom/sbom.py --build ${CMAKE_BINARY_DIR}
                --output ${CMAKE_BINARY_DIR}/sluice.cdx.json
        DEPENDS ${shipped} VERBATIM COMMENT "Bill of materials")
endif()
