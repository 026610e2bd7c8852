// The two forms in each dialect. All of these throw Json::exception for what is not what it should be; a null
// value says that there is no such form of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace cache {

using Json = nlohmann::ordered_json;

std::string chatStream(const Json& answer);
std::string completionStream(const Json& answer);
std::string messageStream(const Json& answer);
std::string responseStream(const Json& answer);

Json wholeChat(const std::vector<Json>& events);
Json wholeCompletion(const std::vector<Json>& events);
Json wholeMessage(const std::vector<Json>& events);
Json wholeResponse(const std::vector<Json>& events);

/// Adds an event to a stream; `name` may be empty.
void addEvent(std::string& out, std::string_view name, const Json& data);
/// The string that is that member, or an empty one.
std::string textIn(const Json& object, const char* member);
/// Adds a string to the one that is there, if one is.
void appendText(Json& into, const char* member, const Json& more);

}  // namespace cache
