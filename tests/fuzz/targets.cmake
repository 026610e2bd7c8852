# fuzz_target_parts(TARGET NAME): what a fuzz target is made of beside its own file and sluice_plugin_host. Used by the clang build with
# libFuzzer and by the replay of every build.
find_package(PkgConfig REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(LUA REQUIRED IMPORTED_TARGET lua5.4-c++)
set(FUZZ_DIR ${CMAKE_CURRENT_LIST_DIR})
file(GLOB FUZZ_TARGETS CONFIGURE_DEPENDS ${FUZZ_DIR}/*_fuzz.cpp)

function(fuzz_target_parts target name)
    set(plugins ${CMAKE_SOURCE_DIR}/plugins)
    set(parts_of_batches_fuzz batches/lines batches/multipart batches/outcome)
    set(parts_of_prices_fuzz pricing/table pricing/decimal pricing/prices pricing/names)
    set(parts_of_jwt_fuzz auth_jwt/token auth_jwt/base64url auth_jwt/object auth_jwt/algorithm auth_jwt/key_reader auth_jwt/signing_key
        auth_jwt/key_set auth_jwt/claims)
    set(parts_of_lua_fuzz lua/sandbox/alarm lua/sandbox/base_lib lua/sandbox/budget lua/sandbox/coroutine_lib lua/sandbox/freeze
        lua/sandbox/pattern lua/sandbox/pattern_lib lua/sandbox/sandbox lua/sandbox/string_lib lua/sandbox/table_lib)
    set(parts_of_usage_fuzz store_sqlite/usage_pack store_sqlite/sqlite)
    set(parts_of_texts_fuzz ../core/gateway/event_edits)
    foreach(part IN LISTS parts_of_${name})
        target_sources(${target} PRIVATE ${plugins}/${part}.cpp)
    endforeach()
    target_include_directories(${target} PRIVATE ${FUZZ_DIR} ${FUZZ_DIR}/../unit ${plugins} ${plugins}/lua ${CMAKE_SOURCE_DIR}/sdk/include)
    target_link_libraries(${target} PRIVATE sluice_plugin_host SluicePlugin::sdk OpenSSL::Crypto nlohmann_json::nlohmann_json PkgConfig::LUA SQLite::SQLite3)
endfunction()
