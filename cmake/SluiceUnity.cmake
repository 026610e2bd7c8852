# Compiling files together (SLUICE_UNITY): most of the time of a file goes into the headers that all of a target share. What is
# included below a directory that includes this is compiled so, ten files at a time.
set(CMAKE_UNITY_BUILD ${SLUICE_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

# Targets in which two files have something of the same name in their unnamed namespaces.
set(SLUICE_FILES_APART
    admin_api batches cache_parts callback_alerts config_api pricing_parts provider_echo router_filters sluice-policy
    sluice_accounts sluice_content_engine sluice_injection_engine sluice_lua sluice_pii_engine sluice_remote sluice_secrets_engine
    sluice_store_common store_sqlite)

# At the end of such a directory: compiles those file by file after all.
function(sluice_files_apart)
    foreach(target IN LISTS SLUICE_FILES_APART)
        if(TARGET ${target})
            set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
        endif()
    endforeach()
endfunction()
