// One answer in two forms: whole, and as the stream that would have said the same. For requests that want the
// other form than the one that was kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cache {

/// The events of a stream, as text/event-stream, or nothing if that route has no streams or the answer is not
/// what it should be. `route`: "chat", "completions", "messages", "responses". [any]
std::optional<std::string> streamOf(std::string_view route, std::string_view whole);
/// The answer as JSON. `stream` has ended as its dialect says.
std::optional<std::string> wholeOf(std::string_view route, std::string_view stream);

}  // namespace cache
